"""Benchmarks: one module each, with `run(members) -> Result`. Floors lie in bench/floors/*.sql and import nothing."""
