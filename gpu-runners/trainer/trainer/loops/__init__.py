"""Sampling and learning for self-training loops: policies, verifiers, rewards and objectives behind two steps."""
