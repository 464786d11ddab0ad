"""Writes of the chart, one file for each kind of thing."""
