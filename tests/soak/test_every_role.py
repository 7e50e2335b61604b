"""Every dashboard as each role of the acts sees it, at three widths, over a whole platform: no error, no English,
nothing asked outside, and a tile is empty only where this person has no row of it. Pictures: var/screenshots/roles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml
from playwright.sync_api import Browser

import role_holders
from browser import eyes
from ground import ROOT, add_evidence, skip_unless_ci
from platform_fixture import Platform

pytestmark = [pytest.mark.soak, pytest.mark.e2e, pytest.mark.timeout(0)]
PICTURES = ROOT / "var" / "screenshots" / "roles"
BODIES = [yaml.safe_load(p.read_text("utf-8")) for p in sorted(ROOT.glob("superset/assets/*/dashboards/*.yaml"))]
TITLE = "Дашборды глазами каждой роли"


@pytest.fixture(scope="module")
def passwords(platform: Platform) -> dict[str, str]:
    found, settings = role_holders.bring(platform.var, platform.secret("superset_rukovoditel"))
    platform.env |= settings
    platform.mcu("dashboards", "sync")
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not eyes.CHROMIUM.exists():
        skip_unless_ci("нет Chromium: apt-get install chromium")
    with eyes.browser() as chromium:
        yield chromium


@pytest.mark.parametrize("login", role_holders.PEOPLE)
def test_role(login: str, platform: Platform, passwords: dict[str, str], chromium: Browser) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    seen = eyes.visitor(chromium, platform.superset_url)
    eyes.sign_in(seen, login, passwords[login])
    faults, cells, empty = [], [], set[str]()
    for body in BODIES:
        slug = body["slug"]
        seen.errors.clear()
        seen.answers.clear()
        eyes.open_dashboard(seen, platform.superset_url, slug)
        for width in eyes.SIZES:
            try:
                eyes.wait_until_filled(seen, 40, width, but_rowless=True)
            except AssertionError as fault:
                faults.append(f"{slug}, {width}: пусто, хотя строки есть: {fault}")
            seen.page.screenshot(path=PICTURES / f"{login}-{slug}-{width}.png")
            found = {"по-английски": seen.english(), "ошибки": seen.errors, "вовне": seen.foreign}
            faults += [f"{slug}, {width}: {what}: {list(of)}" for what, of in found.items() if of]
        wanted = sum(len(row.get("tiles", {})) for row in body["rows"])
        assert len(seen.tiles()) == wanted, slug
        empty |= (left := set(seen.empty_tiles()))
        cells.append(f"{slug} {wanted - len(left)}/{wanted}")
    seen.page.context.close()
    add_evidence(TITLE, f"{role_holders.role_of(login):40} плиток с данными: {', '.join(cells)}")
    assert faults == []
