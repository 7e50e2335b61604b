"""The steps of `sync.py`. They run in Superset's own environment and import nothing of `mcu`."""
