"""The map of places over a built city and real boundaries: its figures are those of independent queries, each person
sees the own municipality only, and the picture is an SVG without an outside address."""

from __future__ import annotations

import base64
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psycopg
import pytest
from dbt_in_one_process import dbt_in_one_process
from dbt_lives import NOW, Version
from dbt_warehouse import accept, accept_records, empty, rows, transform

from demo_city import clock
from demo_city.generate import City
from demo_city.payloads import PAYLOADS
from ground import ROOT
from mcu.boundaries.load import Loaded, load
from mcu.warehouse.connect import connect
from persons import ALL, connect_as, give

ITEMS = 6_000
MURMANSK, BELGOROD = "Мурманская область", "Белгородская область"
OPEN = ("Новое", "Зарегистрировано", "Назначено", "На рассмотрении")
FEW = 4
"""Points in a place that must not be drawn: five are needed."""
FORBIDDEN = "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))
"""Characters of which one makes an XML document unreadable, but U+0000 and halves, which no database takes."""
PLACES = {
    "pos": ("address", "district"),
    "pos_export": ("district",),
    "incident": ("settlement",),
    "incident_legacy": ("settlement",),
    "incident_monitoring": ("settlement",),
    "incident_api": ("settlement",),
    "nash_sever": ("district",),
    "oer": ("territory",),
}
"""Where a source says the place."""
LARGEST_PICTURE = 200_000


@pytest.fixture(scope="module")
def city(warehouse: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """A city in the marts, the boundaries of two regions, and three people."""
    folder = tmp_path_factory.mktemp("geo")
    for path in shared_data.glob("geo_*.geojson"):
        shutil.copy(path, folder)
    empty()
    found: dict[str, list[dict[str, Any]]] = {}
    for item in City(1, ITEMS):
        if not item.fault and not item.seen_from:
            found.setdefault(item.source, []).append(PAYLOADS[item.source](item, clock.END))
    pointed = [record for record in found["pos"] if record["address"]["lat"] and record["status"] in OPEN]
    for record in pointed[:FEW]:
        record["address"]["district"] = "Дальний хутор"
    (name, _), *_ = Counter(record["address"]["district"] for record in pointed[FEW:]).most_common()
    for record in pointed[FEW:]:
        if record["address"]["district"] == name:
            record["address"]["district"] = f"<{FORBIDDEN}{name}"
    with dbt_in_one_process("+bi_map +bi_open_items"):
        for slug, records in found.items():
            accept_records(slug, records)
        for slug, keys in PLACES.items():
            accept(slug, [placed(slug, keys, f"край-{n}", place) for n, place in enumerate(("", "  ", " Край "))])
        transform(clock.CITY_END, full=True)
        give(
            {
                "everyone": [ALL],
                "mayor": [("murmansk",)],
                "block head": [("murmansk", "murmansk.roads")],
            }
        )
        yield load(folder)
    with connect("loader") as conn:
        conn.execute("delete from ops.boundaries")


def placed(slug: str, keys: tuple[str, ...], ref: str, place: str) -> Version:
    """A record of which only its place and the moment it came are known."""
    payload: dict[str, Any] = {keys[-1]: place}
    for key in keys[:-1]:
        payload = {key: payload}
    moments = dict.fromkeys(("createdAt", "created_at", "submitted"), "2026-10-01T12:00:00+03:00")
    return Version(f"{slug}-{ref}", payload | moments, NOW)


def shapes(conn: psycopg.Connection) -> set[tuple[str, str | None, str, str]]:
    return set(conn.execute("select region, municipality, kind, title from bi.bi_map").fetchall())


def test_names_of_two_files_find_their_municipalities(city: Loaded) -> None:
    assert city.ours == {"Мурманск": "Мурманск", "Губкинский округ": "Губкинский"}
    assert len(city.neighbours) == 37
    assert set(city.without) == {"Ломоносовский район", "Гиагинский район", "Новошахтинск"}


def test_the_figures_are_those_of_the_open_items(city: Loaded) -> None:
    there = rows("select municipality, open_count, overdue_count from bi.bi_map where kind = 'Муниципалитет'")
    right = rows(
        "select municipality, count(*)::int, (count(*) filter (where is_overdue))::int from bi.bi_open_items"
        " where municipality <> 'Не сопоставлено' group by 1"
    )
    assert sorted(there) == sorted(right) and len(there) == 5
    places = rows(
        "select municipality, title, open_count, overdue_count from bi.bi_map where kind = 'Место' and open_count > 0"
    )
    right = rows(
        "select m.short_title, coalesce(f.place, 'Место не указано'), count(*)::int,"
        " (count(*) filter (where o.status = 'running_late'))::int from marts.rpt_open_items as o"
        " join marts.fct_feedback as f using (feedback_key) join marts.dim_municipality as m"
        " on m.municipality_code = o.municipality_code where o.municipality_code <> 'unknown' group by 1, 2"
    )
    assert sorted(places) == sorted(right) and len(places) > 10


def test_a_place_of_blanks_is_none_whatever_the_source(city: Loaded) -> None:
    models = (ROOT / "dbt_project" / "models" / "staging").glob("*/stg_*__items.sql")
    known = {model.parent.name for model in models if re.search(r"(?<!null::text) as place,", model.read_text("utf-8"))}
    assert known == PLACES.keys()
    there = rows(
        "select source_slug, array_agg(distinct place), count(*) from marts.fct_feedback where record_ref like %s"
        " group by 1",
        "%-край-%",
    )
    assert {slug: (places, count) for slug, places, count in there} == dict.fromkeys(PLACES, (["Край", None], 3))
    assert rows("select place from marts.fct_feedback where place <> btrim(place) or place = ''") == []


def test_a_name_with_characters_that_xml_forbids_is_drawn_without_them(city: Loaded) -> None:
    ((title, label),) = rows("select title, label from bi.bi_map where title like '<%%' and label is not null")
    assert title.startswith(f"<{FORBIDDEN}")
    assert f">&lt;{title[1 + len(FORBIDDEN) :]} " in label


def test_a_place_of_few_points_is_listed_and_not_drawn(city: Loaded) -> None:
    few = rows("select open_count, located_count, drawing, label from bi.bi_map where title = 'Дальний хутор'")
    assert sum(row[0] for row in few) >= 1 and {row[1:] for row in few} == {(None, None, None)}
    drawn = rows("select min(located_count), count(*) from bi.bi_map where drawing is not null and kind = 'Место'")
    assert drawn[0][0] >= 5 and drawn[0][1] > 10


def test_each_person_sees_the_own_municipality_and_its_neighbours_outlines(city: Loaded) -> None:
    every = set(rows("select region, municipality, kind, title from bi.bi_map"))
    with connect_as("everyone") as conn:
        assert shapes(conn) == every
    with connect_as("mayor") as conn:
        assert shapes(conn) == {row for row in every if row[0] == MURMANSK}
        assert {row[1] for row in shapes(conn)} == {"Мурманск", None}
        figures = "select count(*) from bi.bi_map where kind = 'Сосед' and open_count is not null"
        assert conn.execute(figures).fetchone() == (0,)
    with connect_as("block head") as conn:
        assert shapes(conn) == set()


def test_a_municipality_that_a_person_does_not_see_is_a_neighbour(city: Loaded) -> None:
    with connect("loader") as conn:
        conn.execute("update ops.boundaries set municipality_code = 'giaginsky' where name = 'Апатиты'")
    try:
        with connect_as("mayor") as conn:
            assert (MURMANSK, None, "Сосед", "Апатиты") in shapes(conn)
        with connect_as("everyone") as conn:
            assert (MURMANSK, "Гиагинский район", "Муниципалитет", "Гиагинский район") in shapes(conn)
    finally:
        with connect("loader") as conn:
            conn.execute("update ops.boundaries set municipality_code = null where name = 'Апатиты'")


def test_the_picture_is_small_and_asks_nobody(city: Loaded) -> None:
    sys.path.insert(0, str(ROOT / "superset"))  # it is no package: its scripts stand there
    from deploy import files

    dataset = files.written_out(files.read()[0])["datasets"]["warehouse/bi_map"]
    (measure,) = [one["expression"] for one in dataset["metrics"] if one["metric_name"] == "picture"]
    found = dict(rows(f"select region, {measure} from bi.bi_map group by region"))
    assert len(found) == 5
    shots = ROOT / "var" / "screenshots"
    shots.mkdir(parents=True, exist_ok=True)
    for region, html in found.items():
        assert len(html) < LARGEST_PICTURE, (region, len(html))
        (code,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
        text = base64.b64decode(code).decode("utf-8")
        ElementTree.fromstring(text)
        assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text) == [] and "url(" not in text
        (shots / f"map-{region}.svg").write_text(text, encoding="utf-8")
    outlines = rows("select region, count(*) from ops.boundaries group by 1")
    assert dict(outlines) == {MURMANSK: 17, BELGOROD: 22}
