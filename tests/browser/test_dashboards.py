"""Every dashboard as a person of the МЦУ sees it at three widths: tiles filled, no English, no error, nothing asked
outside. One server and one sign-in for all of them; the pictures are stored in var/screenshots."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import yaml
from playwright.sync_api import Browser

from browser import eyes
from browser.conftest import Server
from ground import ROOT
from mcu.pages import page_url
from mcu.settings import settings
from mcu.warehouse.connect import connect
from superset_person import Person
from superset_server import forget_rows, sync

pytestmark = pytest.mark.browser
SCREENSHOTS = ROOT / "var" / "screenshots"
BODIES = [yaml.safe_load(p.read_text("utf-8")) for p in sorted(ROOT.glob("superset/assets/*/dashboards/*.yaml"))]
SLUGS = [body["slug"] for body in BODIES]
DISTRICT = "Гиагинский район"
CHOSEN = (
    "(NATIVE_FILTER-municipality:(extraFormData:(filters:!((col:municipality,op:IN,val:!('%s')))),"
    "filterState:(value:!('%s')),id:NATIVE_FILTER-municipality,ownState:()))"
)
"""How an address sets the filter «Муниципалитет»."""
CUT_CELLS = f"""
() => [...document.querySelectorAll('{eyes.TILE} td')].filter(cell => cell.offsetParent).filter(cell =>
    cell.getBoundingClientRect().right > cell.closest('{eyes.TILE}').getBoundingClientRect().right
).map(cell => cell.innerText)
"""
"""Texts of cells that go on behind the edge of their tile, where nobody sees that they do."""


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


@pytest.mark.parametrize("slug", SLUGS)
def test_every_tile_is_filled_and_russian_at_three_widths(
    slug: str, dashboard: eyes.Seen, superset_server: Server
) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    dashboard.errors.clear()
    eyes.open_dashboard(dashboard, superset_server.url, slug)
    (body,) = [body for body in BODIES if body["slug"] == slug]
    for width in eyes.SIZES:
        eyes.wait_until_filled(dashboard, width=width)
        dashboard.page.screenshot(path=str(SCREENSHOTS / f"{slug}-{width}.png"))
        assert len(dashboard.tiles()) == sum(len(row.get("tiles", {})) for row in body["rows"]), width
        assert (dashboard.english(), dashboard.errors, dashboard.foreign) == ([], [], []), width
        assert "По состоянию на 20.11.2026 18:00" in dashboard.text()


def test_what_charts_draw_is_read_too(dashboard: eyes.Seen, superset_server: Server) -> None:
    eyes.open_dashboard(dashboard, superset_server.url, "kanaly")
    eyes.wait_until_filled(dashboard)
    assert "Поступило" in dashboard.page.evaluate("() => [...window.drawnText].join('\\n')")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_the_head_sees_everything_without_scrolling(
    width: int, height: int, dashboard: eyes.Seen, superset_server: Server
) -> None:
    dashboard.page.set_viewport_size({"width": width, "height": height})
    eyes.open_dashboard(dashboard, superset_server.url, "obstanovka")
    dashboard.page.wait_for_selector('[data-test-chart-name="Чего мы не знаем"] tbody tr td', timeout=60_000)
    bottoms = dashboard.page.eval_on_selector_all(
        eyes.TILE, "all => all.filter(tile => tile.offsetParent).map(tile => tile.getBoundingClientRect().bottom)"
    )
    assert len(bottoms) >= 8 and max(bottoms) <= height
    dashboard.page.wait_for_selector("td[aria-labelledby=header-explained]", timeout=60_000)
    dashboard.page.wait_for_timeout(1_500)  # columns get their widths
    assert dashboard.page.evaluate(CUT_CELLS) == []


def test_a_phone_opens_its_own_page_with_two_cards_a_row(chromium: Browser, superset_server: Server) -> None:
    seen = eyes.visitor(chromium, superset_server.url, user_agent="Mozilla/5.0 (Linux; Android 15) Mobile", width=390)
    eyes.sign_in(seen, superset_server.user, superset_server.password)
    assert seen.page.url.split("?")[0].endswith("/superset/dashboard/telefon/")
    eyes.wait_until_filled(seen, width=390)
    assert seen.page.locator(f'{eyes.TILE}[data-test-viz-type^="echarts"]').count() == 0
    places = seen.page.eval_on_selector_all(
        '[data-test-chart-name="Сейчас"] .mcu-card',
        "all => all.map(card => Math.round(card.getBoundingClientRect().x))",
    )
    assert len(places) == 4 and len(set(places)) == 2
    seen.page.context.close()


@pytest.mark.parametrize("chosen", [None, DISTRICT, "город Мурманск"])
def test_the_sentence_and_the_cards_equal_independent_queries(
    chosen: str | None, dashboard: eyes.Seen, superset_server: Server
) -> None:
    where = f"municipality = '{chosen}'" if chosen else "true"
    with connect("transformer") as conn:
        late, soon = conn.execute(
            "select count(*) filter (where due_at < as_of), count(*) filter (where due_at >= as_of and due_on <="
            f" date '2026-11-23') from bi.bi_deadlines, bi.bi_as_of where {where} and done_at is null"
        ).fetchone() or (None, None)
        part, whole = conn.execute(
            "select sum(numerator), sum(denominator) from bi.bi_indicators where indicator_code = 'on_time_share'"
            f" and period_month = date '2026-11-01' and {where}"
        ).fetchone() or (None, None)
    eyes.open_dashboard(dashboard, superset_server.url, "obstanovka", CHOSEN % (chosen, chosen) if chosen else "")
    eyes.wait_until_filled(dashboard)
    numbers = dashboard.page.eval_on_selector_all(".mcu-summary b", "all => all.map(b => b.innerText)")
    assert (plain(numbers[0]), plain(numbers[-1])) == (late, soon)
    card = dashboard.page.locator(".mcu-card", has_text="в срок").first.inner_text()
    assert f"{100 * part / whole:.1f}\u00a0%".replace(".", ",") in card
    assert plain(re.findall(r"по записям: ([\d\u00a0]+)", card)[0]) == whole


def plain(number: str) -> int:
    return int(number.replace("\u00a0", ""))


def test_a_choice_goes_from_page_to_page(dashboard: eyes.Seen, superset_server: Server) -> None:
    eyes.open_dashboard(dashboard, superset_server.url, "obstanovka", CHOSEN % (DISTRICT, DISTRICT))
    eyes.wait_until_filled(dashboard)
    dashboard.errors.clear()
    for page in ("Сроки", "Рейтинг"):
        dashboard.page.locator(".mcu-link a", has_text=page).click()
        dashboard.page.wait_for_function("page => document.title.startsWith(page)", arg=page)
        dashboard.page.wait_for_selector(eyes.TILE, timeout=60_000)
        eyes.wait_until_filled(dashboard)
        chosen = dashboard.page.locator(".ant-select-selection-item:visible").all_inner_texts()
        assert DISTRICT in chosen and dashboard.errors == []
        places = dashboard.page.locator("td[aria-labelledby=header-municipality]").all_inner_texts()
        assert set(places) == {DISTRICT}


def test_a_problem_of_the_list_opens_its_card(dashboard: eyes.Seen, superset_server: Server) -> None:
    with connect("transformer") as conn:
        found = conn.execute("select problem_card, messages_count from bi.bi_problems").fetchall()
    eyes.open_dashboard(dashboard, superset_server.url, "problemy")
    eyes.wait_until_filled(dashboard)
    row = dashboard.page.locator('[data-test-chart-name="Проблемы нескольких людей"] tbody tr').nth(1)
    problem = row.locator("td[aria-labelledby=header-problem]").inner_text()
    municipality = row.locator("td[aria-labelledby=header-municipality]").inner_text()
    row.locator("a", has_text="Открыть").click()
    dashboard.page.wait_for_function("() => document.title.startsWith('Карточка проблемы')")
    dashboard.page.wait_for_selector(eyes.TILE, timeout=60_000)
    eyes.wait_until_filled(dashboard)
    ((card, messages),) = [row for row in found if row[0].startswith(f"{problem} ({municipality}, ")]
    assert dashboard.page.locator("td[aria-labelledby=header-problem_card]").all_inner_texts() == [card]
    items = '[data-test-chart-name="Обращения и сообщения о проблеме"] tbody tr'
    assert dashboard.page.locator(items).count() == messages


def test_the_card_opens_where_there_is_no_problem(dashboard: eyes.Seen, superset_server: Server) -> None:
    """Its tiles have no row, and none waits for a problem to be chosen."""
    with connect("transformer") as conn:
        conn.execute("delete from bi.bi_problems where municipality = %s", [DISTRICT])
    forget_rows()
    dashboard.errors.clear()
    dashboard.answers.clear()
    eyes.open_dashboard(dashboard, superset_server.url, "problema", CHOSEN % (DISTRICT, DISTRICT))
    eyes.wait_until_filled(dashboard, 30, but_rowless=True)
    dashboard.page.screenshot(path=str(SCREENSHOTS / "problema-none.png"))
    chosen = dashboard.page.locator(".ant-select-selection-item:visible").all_inner_texts()
    assert chosen == [DISTRICT, "Проблем нет"] and dashboard.errors == []
    assert len(dashboard.empty_tiles()) == 4 and dashboard.english() == []


def test_a_letter_leads_to_its_municipality_and_block(dashboard: eyes.Seen, superset_server: Server) -> None:
    with connect("transformer") as conn:
        ((block,),) = conn.execute(
            "select block from bi.bi_deadlines where municipality = %s and status = 'В работе, срок нарушен'"
            " group by block order by count(*) desc limit 1",
            [DISTRICT],
        ).fetchall()
    path = page_url("sroki", {"municipality": DISTRICT, "block": block}).removeprefix(settings().superset_url)
    dashboard.page.goto(superset_server.url + path)
    dashboard.page.wait_for_selector(eyes.TILE, timeout=60_000)
    eyes.wait_until_filled(dashboard)
    assert {DISTRICT, block} <= set(dashboard.page.locator(".ant-select-selection-item:visible").all_inner_texts())
    for column, only in {"municipality": DISTRICT, "block": block}.items():
        assert set(dashboard.page.locator(f"td[aria-labelledby=header-{column}]").all_inner_texts()) <= {only}


def test_the_latest_month_is_chosen_and_shown(dashboard: eyes.Seen, superset_server: Server) -> None:
    eyes.open_dashboard(dashboard, superset_server.url, "kanaly")
    eyes.wait_until_filled(dashboard)
    assert "ноябрь 2026" in dashboard.text()
    assert "20.11.2026 18:00" in dashboard.text()


def test_a_filter_changes_the_figures(dashboard: eyes.Seen, superset_server: Server) -> None:
    eyes.open_dashboard(dashboard, superset_server.url, "kanaly")
    eyes.wait_until_filled(dashboard)
    page = dashboard.page
    tile = page.locator('[data-test-chart-name="Новые"] .header-line')
    before = tile.inner_text()
    page.locator('[data-test="form-item-value"]').nth(1).click()
    page.locator(".ant-select-item-option").filter(has_text="Гиагинский район").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Применить").click()
    page.wait_for_function(
        """before => ![before, undefined, ""].includes(
            document.querySelector('[data-test-chart-name="Новые"] .header-line')?.innerText)""",
        arg=before,
    )  # other tiles may be empty: not every municipality has polls
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


def test_a_sync_deletes_what_left_the_tree_and_leaves_what_a_person_drew(superset_server: Server) -> None:
    with connect("superset") as conn:
        conn.execute(
            "insert into slices (slice_name, viz_type, params, datasource_id, datasource_type, is_managed_externally,"
            " uuid) select v.name, viz_type, params, datasource_id, datasource_type, v.is_ours, gen_random_uuid()"
            " from slices cross join (values ('Своя', false), ('Ушедшая', true)) as v (name, is_ours)"
            " where slice_name = 'Новые'"
        )
    assert sync().returncode == 0
    with connect("superset") as conn:
        found = conn.execute(
            "select slice_name from slices where slice_name in ('Своя', 'Ушедшая', 'Новые')"
        ).fetchall()
    assert sorted(found) == [("Новые",), ("Своя",)]


def test_an_empty_tile_and_a_missing_view_are_reported_and_a_query_that_fails_stops_the_deployment(
    superset_server: Server,
) -> None:
    with connect("transformer") as conn:
        conn.execute("delete from bi.bi_deadline_risk")
        conn.execute("delete from bi.bi_volume_surges")  # a good day
        conn.execute("drop table bi.bi_rating")
    done = sync()
    assert done.returncode == 0, done.stdout
    assert [line for line in done.stdout.splitlines() if "пока пусто" in line and "ни одной строки" in line]
    assert "Всплески и спады" not in done.stdout
    assert "витрины ещё нет: «Рейтинг ответственных получателей»" in done.stdout
    with connect("transformer") as conn:
        conn.execute("alter table bi.bi_flows rename column branch to other")
    done = sync()
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("ОШИБКА") and "branch" in line], done.stdout


def test_the_events_of_a_request_are_written_at_once(superset_server: Server) -> None:
    """Each commit makes Superset read anew what the request had read."""
    person = Person(superset_server.url)
    person.sign_in(superset_server.user, superset_server.password)
    (chart, *_) = person.get("/api/v1/dashboard/obstanovka/charts").json()["result"]
    with connect("superset") as conn:
        (before,) = conn.execute("select max(id) from logs").fetchone() or (0,)
        assert person.get(f"/api/v1/chart/{chart['id']}/data/").json()["result"][0]["rowcount"] > 0
        written = conn.execute(
            "select count(*), count(distinct xmin::text) from logs where id > %s and action <> 'mcu'", [before]
        ).fetchone()
    assert written is not None
    assert written[0] > 1
    assert written[1] == 1


def test_a_request_that_breaks_its_events_writes_none_without_a_name(superset_server: Server) -> None:
    person = Person(superset_server.url)
    person.sign_in(superset_server.user, superset_server.password)
    assert person.get("/api/v1/dashboard/?explode=x&x=[1]").status_code == 500
    with connect("superset") as conn:
        assert conn.execute("select count(*) from logs where action is null").fetchone() == (0,)
