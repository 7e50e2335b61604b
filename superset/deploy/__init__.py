"""Steps of `sync.py`; they run inside Superset's own environment and know nothing of `mcu`."""
