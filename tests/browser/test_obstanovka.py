"""«Обстановка» as a person of the МЦУ sees it: every tile filled, no English, nothing asked outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import eyes
from browser.conftest import Server, sync
from mcu.warehouse.connect import connect

pytestmark = pytest.mark.browser
SCREENSHOT = Path(__file__).resolve().parents[2] / "var" / "screenshots" / "obstanovka.png"


@pytest.fixture(scope="module")
def dashboard(chromium: Browser, superset_server: Server) -> Iterator[eyes.Seen]:
    """«Обстановка», opened by signing in."""
    seen = eyes.visitor(chromium, superset_server.url)
    eyes.sign_in(seen, superset_server.user, superset_server.password)
    eyes.wait_until_filled(seen)
    yield seen
    seen.page.context.close()


def test_the_sign_in_page_is_russian(chromium: Browser, superset_server: Server) -> None:
    seen = eyes.visitor(chromium, superset_server.url)
    assert "Имя пользователя" in seen.text()
    assert seen.english() == []
    assert seen.foreign == []


def test_a_late_note_of_the_sign_in_page_does_not_sign_out(chromium: Browser, superset_server: Server) -> None:
    """Refused, the note is answered with the cookie of an anonymous session, which may come after the sign-in."""
    ask = chromium.new_context().request
    note = ask.post(f"{superset_server.url}/superset/log/?explode=events", form={"events": "[]"}, max_redirects=0)
    assert note.status == 200
    assert "session" not in note.headers.get("set-cookie", "")


def test_every_tile_is_filled(dashboard: eyes.Seen) -> None:
    SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
    dashboard.page.screenshot(path=str(SCREENSHOT))
    assert len(dashboard.tiles()) == 18
    assert {"Новые", "Повторные", "Просроченные", "Отложенные"} < set(dashboard.tiles())
    assert dashboard.empty_tiles() == []


def test_no_english_is_left(dashboard: eyes.Seen) -> None:
    assert "Рейтинг ответственных получателей" in dashboard.text()
    assert "Поступило" in dashboard.page.evaluate("() => [...window.drawnText].join('\\n')"), "canvas is not read"
    assert dashboard.english() == []


def test_no_outside_host_is_asked(dashboard: eyes.Seen) -> None:
    assert dashboard.foreign == []


def test_the_latest_month_is_chosen_and_told(dashboard: eyes.Seen) -> None:
    assert "ноябрь 2026" in dashboard.text()
    assert "20.11.2026 18:00" in dashboard.text()


def test_a_filter_changes_the_figures(dashboard: eyes.Seen) -> None:
    page = dashboard.page
    tile = page.locator('[data-test-chart-name="Новые"] .header-line')
    before = tile.inner_text()
    page.locator('[data-test="form-item-value"]').nth(1).click()
    page.locator(".ant-select-item-option").filter(has_text="Гиагинский район").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Применить").click()
    page.wait_for_function(
        "before => document.querySelector('[data-test-chart-name=\"Новые\"] .header-line')?.innerText !== before",
        arg=before,
    )
    eyes.wait_until_filled(dashboard)
    assert 0 < int(tile.inner_text().replace("\u00a0", "")) < int(before.replace("\u00a0", ""))


def test_a_person_reaches_no_sql_and_no_administration(dashboard: eyes.Seen, superset_server: Server) -> None:
    ask = dashboard.page.request
    assert ask.get(f"{superset_server.url}/api/v1/dashboard/obstanovka").status == 200
    for closed in ("database/", "security/users/", "security/roles/", "saved_query/"):
        assert ask.get(f"{superset_server.url}/api/v1/{closed}").status in (401, 403, 404), closed
    token = ask.get(f"{superset_server.url}/api/v1/security/csrf_token/")
    headers = {"X-CSRFToken": json.loads(token.text())["result"]} if token.ok else {}
    done = ask.post(
        f"{superset_server.url}/api/v1/sqllab/execute/", data={"database_id": 1, "sql": "select 1"}, headers=headers
    )
    assert done.status in (400, 401, 403)
    assert "select 1" not in done.text()


def test_an_empty_tile_is_told_and_one_that_fails_stops_the_deployment(superset_server: Server) -> None:
    with connect("transformer") as conn:
        conn.execute("delete from marts.bi_deadline_risk")
    done = sync()
    assert done.returncode == 0, done.stdout
    assert [line for line in done.stdout.splitlines() if "пока пусто" in line and "ни одной строки" in line]
    with connect("transformer") as conn:
        conn.execute("drop table marts.bi_rating")
    done = sync()
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("ОШИБКА") and "bi_rating" in line], done.stdout
