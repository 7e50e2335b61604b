"""What somebody has changed in Superset, as a change of the files below `assets/`. Runs in Superset's own environment
(`pull.py`); only `stored` asks Superset."""
