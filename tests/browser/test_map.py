"""The map of places in a browser: real outlines, nothing asked outside, no error, at two widths."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import eyes
from browser.conftest import Server
from ground import ROOT
from mcu.boundaries.load import load
from mcu.warehouse.connect import connect

pytestmark = pytest.mark.browser
SCREENSHOTS = ROOT / "var" / "screenshots"
REAL_OUTLINES = """
update bi.bi_map as m set
    region = b.region, x_min = b.x_min, y_min = b.y_min, x_max = b.x_max, y_max = b.y_max,
    drawing = '<path class="own" d="' || b.outline || '"/><path class="share" fill-opacity="0.2" d="' || b.outline
    || '"/>',
    label = '<text class="title" x="' || round((b.x_min + b.x_max) / 2) || '" y="' || round(b.y_min)
    || '" dy="-.4em">' || m.title || '</text>'
from ops.boundaries as b
where m.kind = 'Муниципалитет' and b.municipality_code is not null and m.municipality ilike '%' || b.name || '%'
"""
NEIGHBOURS = """
insert into bi.bi_map (region, kind, title, layer, drawing)
select region, 'Сосед', name, 1, '<path class="neighbour" d="' || outline || '"/>'
from ops.boundaries where municipality_code is null
"""


@pytest.fixture
def outlines(superset_server: Server, shared_data: Path, tmp_path: Path) -> None:
    """The sample's municipalities in the boundaries of two real regions."""
    for path in shared_data.glob("geo_*.geojson"):
        shutil.copy(path, tmp_path)
    load(tmp_path)
    with connect("transformer") as conn:
        conn.execute("delete from bi.bi_map where kind = 'Место' and municipality similar to '%(Мурманск|Губкинский)%'")
        assert conn.execute(REAL_OUTLINES).rowcount == 2
        assert conn.execute(NEIGHBOURS).rowcount == 37


def test_the_map_is_drawn_without_any_outside_address(
    outlines: None, chromium: Browser, superset_server: Server
) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    seen = eyes.visitor(chromium, superset_server.url)
    eyes.sign_in(seen, superset_server.user, superset_server.password)
    seen.errors.clear()
    eyes.open_dashboard(seen, superset_server.url, "problemy")
    for width in (1366, 1920):
        eyes.wait_until_filled(seen, width=width)
        hidden = "all => all.filter(i => getComputedStyle(i).visibility != 'visible').length"
        tile = seen.page.locator('[data-test-chart-name="Карта мест"]')
        sizes = tile.locator(".mcu-map img").evaluate_all(
            "all => all.map(i => [i.complete, i.naturalWidth, i.naturalHeight, i.getBoundingClientRect().width])"
        )
        assert len(sizes) == 5 and all(done and across and down and shown > 400 for done, across, down, shown in sizes)
        assert tile.locator(".mcu-map img").evaluate_all(hidden) == 0
        tile.scroll_into_view_if_needed()
        tile.screenshot(path=str(SCREENSHOTS / f"map-{width}.png"))
        assert (seen.errors, seen.foreign, seen.english()) == ([], [], [])
    seen.page.context.close()
