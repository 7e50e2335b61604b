"""Protocols of sources, one file each. They know their parameters (`params.py`), but neither specs nor landing."""
