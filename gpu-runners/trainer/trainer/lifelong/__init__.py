"""A real lifelong run: Split-CIFAR-10 in learning and evaluation blocks, four learners, logs in l2logger's format."""
