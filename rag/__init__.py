"""Answers from a folder of articles, each proved by verbatim quotes."""
