"""The documentation site: built offline, opened from its folder in Chromium, without one outside request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request

from browser.eyes import CHROMIUM, browser
from ground import ROOT, skip_unless_ci

pytestmark = pytest.mark.browser

PAGES = (
    "index",
    "guide/index",
    "guide/sroki",
    "runbook",
    "architecture",
    "decisions",
    "personal-data",
    "models",
    "spec",
    "indicators/on_time_share",
)


@pytest.fixture(scope="module")
def site(installation: Path) -> Path:
    """The folder of the built site."""
    from mcu.docs_site import build_site

    return build_site().parent


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if not CHROMIUM.exists():
        skip_unless_ci("нет Chromium")
    with browser() as chromium:
        yield chromium.new_page()


@pytest.fixture
def foreign(page: Page) -> Iterator[list[str]]:
    """Addresses beyond the site's folder that the page asked for, whether they answered or not."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:", "about:")):
            asked.append(request.url)

    page.on("request", note)
    yield asked
    page.remove_listener("request", note)


def test_every_page_of_docs_is_in_the_site(site: Path) -> None:
    written = {p.relative_to(ROOT / "docs").with_suffix(".html") for p in (ROOT / "docs").rglob("*.md")}
    built = {p.relative_to(site) for p in site.rglob("*.html")}
    assert {Path("indicators/index.html") if p.name == "README.html" else p for p in written} <= built


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_nothing_of_the_outside(site: Path, page: Page, foreign: list[str], name: str) -> None:
    page.goto(f"file://{site}/{name}.html", wait_until="networkidle")
    assert page.locator("article h1").count() == 1 and page.locator("article").inner_text().strip()
    assert foreign == []


def test_search_works_without_a_server(site: Path, page: Page, foreign: list[str]) -> None:
    page.goto(f"file://{site}/index.html")
    field = page.locator("input.md-search__input")
    field.fill("сроков")
    field.press("End")  # the page listens to keys
    page.wait_for_selector(".md-search-result__item a", timeout=20_000)
    assert foreign == []


def test_the_models_are_described_inside(site: Path, page: Page, foreign: list[str]) -> None:
    page.goto(f"file://{site}/models.html")
    page.get_by_role("link", name="Открыть справочник моделей").click()
    page.goto(f"{page.url.split('#')[0]}#!/model/model.mcu.fct_feedback")
    page.wait_for_selector("text=feedback_key", timeout=60_000)
    assert foreign == []
