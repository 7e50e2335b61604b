"""Drives Superset as a person does: sign in, wait until every tile is filled, read the texts.

The browser tests use it with sample data, the end-to-end tests with a whole platform."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, Response, ViewportSize, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SIZES = {1366: 768, 1920: 1080, 390: 844}
"""Width and height of an office screen, a screen on a wall, a phone."""
WIDTH = 1366
TILE = '[data-test="chart-grid-component"]'
# Charts draw their labels on a canvas; this records them, so that they can be read like the rest.
RECORD_DRAWN_TEXT = """
window.drawnText = new Set();
const draw = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    window.drawnText.add(String(text));
    return draw.call(this, text, ...rest);
};
"""
EMPTY_TILES = f"""
inSight => [...document.querySelectorAll('{TILE}')].filter(tile => tile.offsetParent).filter(tile => {{
    if (inSight && tile.getBoundingClientRect().top >= window.innerHeight) return false;
    const kind = tile.dataset.testVizType;
    if (tile.querySelector('.loading, .ant-empty, .ant-alert, [data-test="loading-indicator"]')) return true;
    if (kind.startsWith('big_number')) return !/[0-9]/.test(tile.querySelector('.header-line')?.innerText ?? '');
    if (kind === 'table') return !tile.querySelector('tbody tr td');
    return !tile.querySelector('canvas');
}}).map(tile => [Number(tile.dataset.testChartId), tile.dataset.testChartName])
"""
# The source's own number of a record: «POS-2026-000123», «topic-01_cMTY17:6».
RECORD_NUMBER = re.compile(r"\b[A-Za-z]{2,10}[-_][\w:-]*\d[\w:-]*")
# Names of systems as the acts write them: «BI: ЦУР РФ».
NAME = re.compile(r"\b(Telegram|BI)\b")
# Fields of a source's own records, which «Карантин» names as the source does: «…обязательные поля: createdAt».
FIELDS = re.compile(r"(?:пол[ея]|формата): [\w., ]+(?:: нужно при статусе \w+)?")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass
class Seen:
    """A page in front of a person, what it asked the network for, and what its console complained of."""

    page: Page
    host: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    """To what tiles asked."""

    def text(self) -> str:
        """All visible text: of the page, of the fields, and drawn by the charts."""
        written = "all => all.map(field => field.placeholder + ' ' + field.value).join('\\n')"
        fields = self.page.eval_on_selector_all("input:not([type=hidden])", written)
        drawn = self.page.evaluate("() => [...window.drawnText].join('\\n')")
        return "\n".join([self.page.title(), self.page.inner_text("body"), fields, drawn])

    def english(self) -> list[str]:
        """The lines in which a Latin word is left; numbers of records and names of systems do not count."""
        lines = {line.strip() for line in self.text().splitlines()}
        return sorted(line for line in lines if LATIN_WORD.search(_own_words(line)))

    def tiles(self) -> list[str]:
        """The names of the tiles of a dashboard."""
        return self.page.eval_on_selector_all(TILE, "all => all.map(tile => tile.dataset.testChartName)")

    def rowless(self) -> set[int]:
        """The numbers of the tiles that got no row at all, by the answers since the list was last emptied."""
        rows: dict[int, int] = {}
        for answer in self.answers:
            asked = json.loads(parse_qs(urlsplit(answer.url).query)["form_data"][0])
            with suppress(Error):  # of a page that was left
                shown = [row for part in answer.json()["result"] for row in part["data"]]
                # a sum over nothing is one row without a value
                rows[asked["slice_id"]] = sum(any(value is not None for value in row.values()) for row in shown)
        return {number for number, count in rows.items() if not count}

    def empty_tiles(self, *, in_sight: bool = False, but: Collection[int] = ()) -> list[str]:
        """The names of the tiles without data, still loading or with an error, `but` for those of these numbers;
        `in_sight`: without scrolling."""
        return [name for number, name in self.page.evaluate(EMPTY_TILES, in_sight) if number not in but]


def _own_words(line: str) -> str:
    """The line without names and numbers that are not ours."""
    for foreign in (FIELDS, RECORD_NUMBER, NAME):
        line = foreign.sub("", line)
    return line


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield chromium
        chromium.close()


@contextmanager
def own_browser(profile: Path, width: int = WIDTH) -> Iterator[BrowserContext]:
    """The browser of a person, who has visited before: it keeps scripts, compiled, in the folder `profile`."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=str(CHROMIUM), args=list(FLAGS), viewport=_size(width), locale="ru-RU"
        )
        yield context
        context.close()


def visitor(chromium: Browser, url: str, user_agent: str | None = None, width: int = WIDTH) -> Seen:
    """A new visitor at the sign-in page."""
    return visit(chromium.new_context(viewport=_size(width), locale="ru-RU", user_agent=user_agent), url)


def _size(width: int) -> ViewportSize:
    return {"width": width, "height": SIZES[width]}


def visit(context: BrowserContext, url: str) -> Seen:
    """The sign-in page in a new tab."""
    page = context.new_page()
    page.add_init_script(RECORD_DRAWN_TEXT)
    seen = Seen(page, urlsplit(url).netloc)

    def note(address: str) -> None:
        if not address.startswith(("data:", "blob:")) and urlsplit(address).netloc != seen.host:
            seen.foreign.append(address)

    page.on("request", lambda request: note(request.url))
    page.on("response", lambda answer: seen.answers.append(answer) if "/api/v1/chart/data?" in answer.url else None)
    page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.goto(f"{url}/login/")
    page.wait_for_selector("input[type=password]", timeout=90_000)
    return seen


def sign_in(seen: Seen, user: str, password: str) -> None:
    """Sign in and arrive at the dashboard that opens first."""
    seen.page.fill("input#username", user)
    seen.page.fill("input[type=password]", password)
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector(TILE, timeout=90_000)


def open_dashboard(seen: Seen, url: str, slug: str, filters: str = "") -> None:
    """Go to the page; `filters` is the value of `native_filters` in its address."""
    query = f"?native_filters={quote(filters)}" if filters else ""
    seen.page.goto(f"{url}/superset/dashboard/{slug}/{query}")
    seen.page.wait_for_selector(TILE, timeout=90_000)


def wait_until_filled(seen: Seen, seconds: int = 120, width: int = WIDTH, *, but_rowless: bool = False) -> None:
    """Make the window as tall as the dashboard, so that every tile is drawn, and wait for all of them; `but_rowless`: a
    tile that got no row may be empty.

    Raises AssertionError naming the tiles that stay empty."""
    seen.page.set_viewport_size({"width": width, "height": SIZES[width]})  # else the page is as tall as it was
    seen.page.wait_for_timeout(500)
    tall = seen.page.evaluate("() => document.querySelector('.grid-container').scrollHeight") + 320
    seen.page.set_viewport_size({"width": width, "height": tall})
    for _ in range(seconds * 2):
        empty = seen.empty_tiles(but=seen.rowless() if but_rowless else ())
        if seen.page.locator(TILE).count() and not empty:
            break
        seen.page.wait_for_timeout(500)
    assert empty == []
    seen.page.wait_for_timeout(1_500)  # charts move into place
