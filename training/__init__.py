"""Trains what the package ships: the reader, and the weights of the confidence. Not part of the package."""
