"""Reads GeoJSON files of municipal boundaries. A bad file is refused: what is wrong, where, what to do."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcu.errors import UserError
from mcu.landing.payload import storable_text

LARGEST_MB = 50
MOST_FILES = 50
MOST_POINTS = 200_000
"""In a file; the two regions at hand have 12,000 and 16,000."""
SHORTEST_RING = 4
"""A triangle and its first point again."""
LEAST_POINTS = 3
"""Different ones, of a ring."""
NAMES = ("municipality_code", "district", "name", "NAME", "name:ru", "title", "municipality", "NL_NAME_2", "shapeName")
"""Properties in which files of this kind say whose boundary it is, the surest first."""
Point = tuple[float, float]
Ring = list[Point]


class BadBoundaries(UserError):
    """A file that cannot be taken."""

    code = "boundaries.bad"


@dataclass(frozen=True)
class Boundary:
    """One municipality: its name as the file writes it, and its rings, islands and holes alike."""

    file: str
    number: int
    name: str
    rings: list[Ring]


def read_folder(folder: Path) -> list[Boundary]:
    """The boundaries of all files of a folder. Raises BadBoundaries."""
    if not folder.is_dir():
        raise BadBoundaries(f"Папки границ {folder} нет: создайте её или исправьте MCU_GEO.", path=str(folder))
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".geojson", ".json"))
    if not files:
        raise BadBoundaries(f"В папке {folder} нет файлов .geojson: положите в неё границы.", path=str(folder))
    if len(files) > MOST_FILES:
        raise BadBoundaries(
            f"В папке {folder} файлов границ {len(files)}, а читается не больше {MOST_FILES}: один регион - один файл.",
            path=str(folder),
        )
    return [boundary for path in files for boundary in read_file(path)]


def read_file(path: Path) -> list[Boundary]:
    """The boundaries of a file. Raises BadBoundaries."""
    if storable_text(path.name) != path.name:
        raise _bad(path, "имя не в UTF-8", "переименуйте файл")
    features = _features(path)
    boundaries = [_boundary(path, number, feature) for number, feature in enumerate(features, start=1)]
    count = sum(len(ring) for one in boundaries for ring in one.rings)
    if count > MOST_POINTS:
        raise _bad(path, f"точек {count}, а читается не больше {MOST_POINTS}", "упростите границы")
    return boundaries


def _features(path: Path) -> list[Any]:
    if not path.is_file():
        raise _bad(path, "это не файл", f"оставьте в папке {path.parent} только файлы границ")
    try:
        if path.stat().st_size > LARGEST_MB * 1024 * 1024:
            raise _bad(path, f"больше {LARGEST_MB} МБ", "упростите границы или разделите файл")
        # whole numbers as floats: Python refuses to read one of more than 4,300 digits
        body = json.loads(path.read_text(encoding="utf-8-sig"), parse_int=float)
    except OSError as error:
        raise _bad(path, f"не открывается ({error.strerror})", "дайте право на чтение") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        where = f", строка {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise _bad(path, f"не читается как JSON в UTF-8{where}", "выгрузите файл заново в GeoJSON") from None
    if not isinstance(body, dict) or body.get("type") != "FeatureCollection":
        raise _bad(path, "это не набор объектов GeoJSON (FeatureCollection)", "выгрузите слой целиком в GeoJSON")
    features = body.get("features")
    if not isinstance(features, list) or not features:
        raise _bad(path, "в наборе нет ни одного объекта (features)", "выгрузите слой с границами")
    return features


def _boundary(path: Path, number: int, feature: Any) -> Boundary:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    name = _name(path, number, feature.get("properties") if isinstance(feature, dict) else None)
    where = f"объект {number} «{name}»"
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        kind = f"геометрия {geometry.get('type')}" if isinstance(geometry, dict) else "геометрии нет"
        raise _bad(path, f"{where}: {kind}, а нужен контур (Polygon или MultiPolygon)", "оставьте контуры")
    given: Any = geometry.get("coordinates")
    polygons: Any = [given] if geometry["type"] == "Polygon" else given
    try:
        rings = [[_point(point) for point in ring] for polygon in polygons for ring in polygon]
    except (TypeError, ValueError):
        raise _bad(path, f"{where}: координаты не читаются", "выгрузите слой заново в GeoJSON") from None
    for fault, remedy in _faults(rings):
        raise _bad(path, f"{where}: {fault}", remedy)
    return Boundary(path.name, number, name, rings)


def _name(path: Path, number: int, properties: Any) -> str:
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise _bad(path, f"объект {number}: свойства (properties) - не объект", "выгрузите слой заново в GeoJSON")
    key = next((key for key in NAMES if properties.get(key)), None)
    name = properties[key] if key else ""
    if not isinstance(name, str) or storable_text(name) != name:
        raise _bad(path, f"объект {number}: название в свойстве {key} - не текст", "впишите название буквами")
    if not name.strip():
        remedy = f"назовите муниципалитет в свойстве {NAMES[0]} или name"
        raise _bad(path, f"объект {number} без названия", remedy)
    return name.strip()


def _point(given: Any) -> Point:
    """Raises ValueError or TypeError if it is no pair of numbers."""
    x, y, *_ = given
    if not all(isinstance(one, float) and math.isfinite(one) for one in (x, y)):
        raise ValueError("no number")
    return x, y


def _faults(rings: list[Ring]) -> Iterator[tuple[str, str]]:
    if not rings:
        yield "контур пуст", "удалите объект или начертите его контур"
    for ring in rings:
        if len(ring) < SHORTEST_RING:
            yield f"в контуре {len(ring)} точки, а нужно не меньше {SHORTEST_RING}", "исправьте контур"
        elif ring[0] != ring[-1]:
            yield "контур не замкнут: последняя точка не равна первой", "исправьте контур"
        outside = next(((x, y) for x, y in ring if not (-180 <= x <= 180 and -85 <= y <= 85)), None)
        if outside:
            yield f"координаты {outside[0]:g}, {outside[1]:g} - не градусы", "выгрузите слой в WGS 84 (EPSG:4326)"
        if len(set(ring)) < LEAST_POINTS:
            yield f"в контуре меньше {LEAST_POINTS} разных точек", "исправьте контур или удалите его"


def _bad(path: Path, fault: str, remedy: str) -> BadBoundaries:
    message = f"Границы, файл {path.name}: {fault}. Что сделать: {remedy}."
    return BadBoundaries(storable_text(message), path=storable_text(str(path)))
