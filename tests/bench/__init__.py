"""Benchmarks: figures, each beside the raw limit of the same run. Never assertions."""
