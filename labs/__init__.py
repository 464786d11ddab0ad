"""Catalogue, specimens, results, reference ranges, critical values."""
