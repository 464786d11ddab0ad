"""Writes of the hospitals, one file for each kind of thing."""
