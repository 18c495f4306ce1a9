"""What a training tells about itself while it runs: held-out looks, sample predictions, alarms, when to stop."""
