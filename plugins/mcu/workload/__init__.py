"""Workload of sector blocks and recipients: what will come in the next four weeks, and what hands can do with it."""
