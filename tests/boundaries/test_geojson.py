"""Files of boundaries: what is taken, and what is refused with which words."""

from __future__ import annotations

import itertools
import json
import math
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mcu.boundaries import geojson, load, outline
from mcu.boundaries.geojson import BadBoundaries, Boundary, Point, read_folder
from mcu.cli import app
from mcu.settings import settings
from mcu.warehouse.connect import connect

SQUARE = [[[30.0, 60.0], [31.0, 60.0], [31.0, 61.0], [30.0, 61.0], [30.0, 60.0]]]


ODD_POINTS: list[Any] = [
    *([10**400, 60], [30, math.inf], [math.nan, 60], ["30", 60], [True, 60], [None, 60]),
    *([30], "ab", {}, None),
]


def feature(name: Any = "Мурманск", coordinates: Any = SQUARE, kind: str = "Polygon") -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"district": name}, "geometry": geometry}


def laid(folder: Path, *features: Any, name: str = "край.geojson") -> Path:
    body = {"type": "FeatureCollection", "features": list(features)}
    (folder / name).write_text(json.dumps(body), encoding="utf-8")
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(BadBoundaries) as refused:
        read_folder(folder)
    return str(refused.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (feature(kind="Point", coordinates=[30, 60]), "объект 1 «Мурманск»: геометрия Point, а нужен контур"),
        (feature(coordinates=[SQUARE[0][:-1]]), "объект 1 «Мурманск»: контур не замкнут"),
        (feature(coordinates=[SQUARE[0][:2]]), "объект 1 «Мурманск»: в контуре 2 точки, а нужно не меньше 4"),
        (feature(coordinates=[]), "объект 1 «Мурманск»: контур пуст"),
        (feature(coordinates=[[["x", "y"]]]), "объект 1 «Мурманск»: координаты не читаются"),
        (feature(coordinates=[[[3.3e6, 8.4e6]] * 4]), "координаты 3.3e+06, 8.4e+06 - не градусы"),
        (feature(name=""), "объект 1 без названия"),
        ({"type": "Feature", "properties": {"name": "Кола"}, "geometry": None}, "объект 1 «Кола»: геометрии нет"),
        ("слово", "объект 1 без названия"),
        (feature() | {"properties": ["Кола"]}, "объект 1: свойства (properties) - не объект"),
        (feature() | {"properties": "Кола"}, "объект 1: свойства (properties) - не объект"),
        *[
            (feature(name=name), "объект 1: название в свойстве district - не текст")
            for name in ({"ru": "Кола"}, ["Кола"], 51, True, "Ко\x00ла", "Ко\ud83dла")
        ],
        *[
            (feature(coordinates=[[*SQUARE[0][:-1], point, SQUARE[0][-1]]]), "«Мурманск»: координаты не читаются")
            for point in ODD_POINTS
        ],
        *[
            (feature(coordinates=given), "объект 1 «Мурманск»: координаты не читаются")
            for given in (None, 30, {"x": [[30, 60]]}, [[30, 60]], ["ab"], [[[[30, 60]]]])
        ],
        (feature(coordinates=[[[30, 60]] * 4]), "объект 1 «Мурманск»: в контуре меньше 3 разных точек"),
        (feature(coordinates=[*SQUARE, [[30, 60], [31, 60], [31, 60], [30, 60]]]), "меньше 3 разных точек"),
        (feature(kind="Поли\ud83dгон"), "объект 1 «Мурманск»: геометрия Поли?гон, а нужен контур"),
    ],
)
def test_a_bad_object_is_named(tmp_path: Path, given: Any, message: str) -> None:
    said = refusal(laid(tmp_path, given))
    assert said.startswith("Границы, файл край.geojson: ") and message in said and "Что сделать: " in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "не читается как JSON в UTF-8, строка 1"),
        ("[]", "это не набор объектов GeoJSON"),
        ('{"type": "FeatureCollection", "features": []}', "в наборе нет ни одного объекта"),
        ("[" * 100_000, "не читается как JSON в UTF-8"),
        (json.dumps(feature()).replace("30.0", "[" * 100_000), "не читается как JSON в UTF-8"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "край.geojson").write_text(text, encoding="utf-8")
    said = refusal(tmp_path)
    assert said.startswith("Границы, файл край.geojson: ") and message in said


@pytest.mark.parametrize("digits", ["9" * 5_000, "9" * 400, "0." + "9" * 5_000 + "e999"])
def test_a_number_of_any_length_is_named(tmp_path: Path, digits: str) -> None:
    laid(tmp_path, feature(coordinates=[[*SQUARE[0][:-1], [12345, 60], SQUARE[0][-1]]]))
    file = tmp_path / "край.geojson"
    file.write_text(file.read_text(encoding="utf-8").replace("12345", digits), encoding="utf-8")
    assert "файл край.geojson: объект 1 «Мурманск»: координаты не читаются" in refusal(tmp_path)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "край.json").mkdir()
    assert "файл край.json: это не файл" in refusal(tmp_path)
    (tmp_path / "край.json").rmdir()
    (tmp_path / "край.json").symlink_to(tmp_path / "нет")
    assert "файл край.json: это не файл" in refusal(tmp_path)
    (tmp_path / "край.json").unlink()
    laid(tmp_path, feature(), name="кра\udcff.json")
    said = refusal(tmp_path)
    assert "имя не в UTF-8" in said and said.encode("utf-8")


def test_an_empty_and_an_absent_folder_are_named(tmp_path: Path) -> None:
    assert "нет файлов .geojson" in refusal(tmp_path)
    assert "нет: создайте её или исправьте MCU_GEO" in refusal(tmp_path / "нет")


def test_files_that_fit_no_municipality_or_several_regions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBoundaries, match="ни одно название не найдено среди муниципалитетов"):
        load.load(laid(tmp_path, feature("Нигде")))
    with pytest.raises(BadBoundaries, match="муниципалитеты разных регионов"):
        load.load(laid(tmp_path, feature("Мурманск"), feature("Губкинский")))
    with pytest.raises(BadBoundaries, match="один муниципалитет, Мурманск"):
        load.load(laid(tmp_path, feature("Мурманск"), feature("город Мурманск")))


@pytest.mark.parametrize(
    ("name", "code"),
    [("Губкинский", "gubkinsky"), ("г.о. Мурманск", "murmansk"), ("giaginsky", "giaginsky"), ("Кольский район", None)],
)
def test_names_are_found_without_the_words_of_their_kind(name: str, code: str | None) -> None:
    assert load._codes([Boundary("f", 1, name, [])], load.known_municipalities()) == [code]


def test_the_real_boundaries_become_small_and_stay_near(shared_data: Path) -> None:
    from mcu.boundaries.geojson import read_file

    for path in sorted(shared_data.glob("geo_*.geojson")):
        shapes = [[outline.projected(ring) for ring in one.rings] for one in read_file(path)]
        region = outline.extent([ring for shape in shapes for ring in shape])
        assert sum(len(outline.path(shape, outline.tolerance_of(shape, region))) for shape in shapes) < 100_000
        tolerance = region / outline.ACROSS_REGION
        for ring in (ring for shape in shapes for ring in shape):
            kept = outline.simplified(ring, tolerance)
            pieces = list(itertools.pairwise(kept))
            for point in ring[:: max(1, len(ring) // 50)]:
                assert min(distance(point, *piece) for piece in pieces) <= tolerance * 1.001


def distance(point: Point, start: Point, end: Point) -> float:
    """From a point to a piece of a line."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    along = max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length)) if length else 0.0
    return math.dist(point, (x1 + along * (x2 - x1), y1 + along * (y2 - y1)))


def zigzag(count: int) -> list[Point]:
    """A closed ring, most of it to and fro, wider each time."""
    tips = [(30 + 10 * n / count, 60 + n % 2 * (0.2 + n / count)) for n in range(count - 2)]
    return [*tips, (30.0, 59.0), tips[0]]


def test_twice_the_points_take_about_twice_the_time() -> None:
    """All are kept, so all are looked at; four times the points would take sixteen times as long."""

    def seconds(count: int) -> float:
        ring = outline.projected(zigzag(count))
        begun = time.process_time()
        assert len(outline.simplified(ring, 1.0)) >= count - 10
        return time.process_time() - begun

    seconds(1_000)
    assert seconds(16_000) < 8 * seconds(4_000)


def test_too_many_files_and_points_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid(tmp_path, feature(), name="a.json")
    laid(tmp_path, feature(coordinates=[*SQUARE, *SQUARE]), name="b.json")
    monkeypatch.setattr(geojson, "MOST_FILES", 1)
    assert "файлов границ 2, а читается не больше 1" in refusal(tmp_path)
    monkeypatch.setattr(geojson, "MOST_FILES", 2)
    monkeypatch.setattr(geojson, "MOST_POINTS", 10)
    assert len(read_folder(tmp_path)) == 2
    monkeypatch.setattr(geojson, "MOST_POINTS", 9)
    assert "файл b.json: точек 10, а читается не больше 9" in refusal(tmp_path)


def test_the_projection_is_mercators() -> None:
    ((x, y),) = outline.projected([(30.0, 60.0)])
    assert (x, round(y)) == (30_000.0, -round(1000 * math.degrees(math.log(math.tan(math.pi / 4 + math.pi / 6)))))


def test_the_command_says_whose_boundaries_it_took(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad file leaves the boundaries as they were."""
    laid(tmp_path, feature("Мурманск"), feature("Кольский район"))
    monkeypatch.setenv("MCU_GEO", str(tmp_path))
    settings.cache_clear()
    try:
        shown = CliRunner().invoke(app, ["boundaries", "load"])
        assert shown.exit_code == 0, shown.output
        assert "✓ Мурманск: контур «Мурманск»" in shown.output and "Соседи без цифр: Кольский район" in shown.output
        assert "! Новошахтинск: контура нет, на карте будут только места" in shown.output
        laid(tmp_path, feature("Мурманск", kind="Point"), name="другой.geojson")
        shown = CliRunner().invoke(app, ["boundaries", "load"])
        assert shown.exit_code == 1 and "Что сделать: " in shown.output
        with connect("loader") as conn:
            assert conn.execute("select count(*) from ops.boundaries").fetchone() == (2,)
            conn.execute("delete from ops.boundaries")
    finally:
        settings.cache_clear()


def test_the_command_needs_a_folder() -> None:
    shown = CliRunner().invoke(app, ["boundaries", "load"])
    assert shown.exit_code == 1 and "задайте MCU_GEO" in shown.output
