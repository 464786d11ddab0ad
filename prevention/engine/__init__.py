"""Measures and care rules: the vocabulary they are written in, and its translation to set-based SQL."""
