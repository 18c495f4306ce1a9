"""Scenes: pictures with exact truth, and the programs that answer about them."""
