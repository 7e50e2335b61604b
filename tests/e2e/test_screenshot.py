"""«Обстановка» of the whole platform, as the head of the МЦУ sees it in a browser."""

from __future__ import annotations

import pytest

from browser import eyes
from ground import ROOT, skip_unless_ci
from platform_fixture import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


def test_every_tile_is_filled_and_russian(platform: Platform) -> None:
    if not eyes.CHROMIUM.exists():
        skip_unless_ci("нет Chromium: apt-get install chromium")
    picture = ROOT / "var" / "screenshots" / "obstanovka.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    with eyes.browser() as chromium:
        seen = eyes.visitor(chromium, platform.superset_url)
        eyes.sign_in(seen, "rukovoditel", platform.secret("superset_rukovoditel"))
        eyes.wait_until_filled(seen)
        seen.page.screenshot(path=picture)
        assert (seen.english(), seen.foreign, len(seen.tiles())) == ([], [], 9)
