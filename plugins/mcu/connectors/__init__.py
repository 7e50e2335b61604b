"""Protocols that sources speak, one file each. They know neither specs nor landing: `params.py` is all they need."""
