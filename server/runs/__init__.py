"""Runs: what was asked for, in which order, what became of it. Knows no HTTP and no torch."""
