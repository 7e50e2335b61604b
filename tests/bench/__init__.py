"""Measurements: figures and ratios to a bound of the same run. Never a timed test."""
