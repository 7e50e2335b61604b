"""Hooks of MkDocs: the menu lists the pages of the indicators by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SECTION = "Показатели"


def on_config(config: Any) -> Any:
    """Put every page of docs/indicators into its section of the menu, the overview first."""
    pages = sorted(path.name for path in Path(config.docs_dir, "indicators").glob("*.md"))
    pages.sort(key=lambda name: name != "README.md")
    for group in config.nav:
        for section in next(iter(group.values())):
            if isinstance(section, dict) and SECTION in section:
                section[SECTION] = [f"indicators/{name}" for name in pages]
    return config
