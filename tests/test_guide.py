"""The guide for МЦУ staff: every dashboard has its page, its place in the menu, its picture and all its tiles."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
import yaml

from ground import ROOT
from mcu.docs_site import run_mkdocs

ASSETS = ROOT / "superset" / "assets"
GUIDE = ROOT / "docs" / "guide"
DASHBOARDS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in ASSETS.glob("*/dashboards/*.yaml")}
PHONE = 390


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages of docs/."""
    site = tmp_path_factory.mktemp("site")
    run_mkdocs(site)
    return site


def tile_titles(slug: str) -> list[str]:
    """The titles of a dashboard's tiles as the page shows them; `common/…` stand on every page."""
    tiles = [
        tile if "/" in tile else f"{slug}/{tile}" for row in DASHBOARDS[slug]["rows"] for tile in row.get("tiles", {})
    ]
    return [title(tile) for tile in tiles if not tile.startswith("common/")]


def title(tile: str) -> str:
    folder, name = tile.split("/")
    return yaml.safe_load((ASSETS / folder / "charts" / f"{name}.yaml").read_text("utf-8"))["slice_name"]


def test_every_dashboard_has_its_page_in_the_menu() -> None:
    menu = re.findall(r"^ +- guide/(\w+)\.md$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M)
    assert sorted(menu) == sorted(DASHBOARDS) == sorted(p.stem for p in GUIDE.glob("*.md") if p.stem != "index")


@pytest.mark.parametrize("slug", sorted(DASHBOARDS))
def test_a_page_bears_the_dashboards_title_and_shows_its_picture(slug: str) -> None:
    text = (GUIDE / f"{slug}.md").read_text("utf-8")
    assert text.startswith(f"# {DASHBOARDS[slug]['dashboard_title']}\n")
    assert re.findall(r"^!\[[^]]+\]\((.+)\)$", text, re.M) == [f"pictures/{slug}.png"]
    head = (GUIDE / "pictures" / f"{slug}.png").read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n") and int.from_bytes(head[16:20]) >= PHONE


@pytest.mark.parametrize("slug", sorted(DASHBOARDS))
def test_a_page_lists_every_tile(slug: str, site: Path) -> None:
    built = (site / "guide" / f"{slug}.html").read_text("utf-8")
    _, table = built.split('<h2 id="плитки">')
    assert [unescape(cell) for cell in re.findall(r"<tr>\s*<td>(.+?)</td>", table)] == tile_titles(slug)


def test_the_tiles_of_all_pages_are_explained_once(site: Path) -> None:
    built = (site / "guide" / "index.html").read_text("utf-8")
    assert all(f"«{title(f'common/{path.stem}')}»" in built for path in ASSETS.glob("common/charts/*.yaml"))
