"""Learning on from a model without losing what it knew: each way in a file of its own, put together in `learner.py`."""
