"""Pages of the hospitals."""
