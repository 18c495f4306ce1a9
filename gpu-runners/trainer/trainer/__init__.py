"""Whetstone trainer."""
