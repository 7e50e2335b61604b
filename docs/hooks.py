"""Hooks of MkDocs: the menu lists the pages of the indicators by itself, a page of the guide the tiles of its
dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

SECTION = "Показатели"
TILES = "## Плитки"


def on_config(config: Any) -> Any:
    """Put every page of docs/indicators into its section of the menu, the overview first."""
    pages = sorted(path.name for path in Path(config.docs_dir, "indicators").glob("*.md"))
    pages.sort(key=lambda name: name != "README.md")
    for group in config.nav:
        for section in next(iter(group.values())):
            if isinstance(section, dict) and SECTION in section:
                section[SECTION] = [f"indicators/{name}" for name in pages]
    return config


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Add «Плитки» to guide/<slug>.md: the title and the hint of every tile, in the order of the dashboard's rows."""
    source = Path(page.file.src_uri)
    assets = Path(config.docs_dir).parent / "superset" / "assets"
    dashboard = assets / source.stem / "dashboards" / f"{source.stem}.yaml"
    if source.parent != Path("guide") or not dashboard.exists():
        return markdown
    return "\n".join([markdown.rstrip(), "", TILES, "", "| плитка | что показывает |", "|---|---|", *_tiles(dashboard)])


def _tiles(dashboard: Path) -> Iterator[str]:
    """A row of the table for each tile but those that all pages have: the guide's first page explains them."""
    folder = dashboard.parents[1]
    for row in yaml.safe_load(dashboard.read_text(encoding="utf-8"))["rows"]:
        for tile in row.get("tiles", {}):
            place, _, name = tile.rpartition("/")
            if place == "common":
                continue
            path = folder.parent / (place or folder.name) / "charts" / f"{name}.yaml"
            chart = yaml.safe_load(path.read_text(encoding="utf-8"))
            yield f"| {chart['slice_name']} | {chart['description'].replace('|', '&#124;')} |"
