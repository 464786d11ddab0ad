"""X12 at the edge: segments, loops, and what they mean to us."""
