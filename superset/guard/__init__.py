"""What Superset's own permissions do not cover: locked accounts, long passwords, rows without the right to export."""
