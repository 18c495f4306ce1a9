"""The losses, one a file, as plain functions of a whole batch's features; `objective` adds up what a recipe asks for.

Shape suffixes: B batch, K own negatives of a sample, D embedding width, V tag vocabulary. Features are unit vectors.
"""
