"""Boundaries of the folder `MCU_GEO` into `ops.boundaries`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcu.boundaries import outline
from mcu.boundaries.geojson import BadBoundaries, Boundary, read_folder
from mcu.seeds.read import read_seeds
from mcu.settings import ROOT
from mcu.warehouse.connect import connect


@dataclass(frozen=True)
class Loaded:
    """What was taken: names of boundaries by municipality, and of those that are no municipality of ours."""

    ours: Mapping[str, str]
    neighbours: Sequence[str]
    without: Sequence[str]
    """Municipalities of ours that have no boundary."""


@dataclass(frozen=True)
class Known:
    """The municipalities of the seeds: name in lower case → code, code → region, code → short title."""

    codes: Mapping[str, str]
    regions: Mapping[str, str]
    titles: Mapping[str, str]


def load(folder: Path) -> Loaded:
    """Replace all boundaries by those of the folder. Raises BadBoundaries; then the old ones stay."""
    known = known_municipalities()
    boundaries = read_folder(folder)
    codes = _codes(boundaries, known)
    regions = _regions(boundaries, codes, known)
    rows = list(_rows(boundaries, codes, regions))
    with connect("loader") as conn:
        conn.execute("lock table ops.boundaries in exclusive mode")
        conn.execute("delete from ops.boundaries")
        with conn.cursor() as cursor:
            cursor.executemany(
                "insert into ops.boundaries (boundary_no, file_name, name, municipality_code, region, outline, x_min,"
                " y_min, x_max, y_max) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                rows,
            )
    ours = {known.titles[code]: one.name for one, code in zip(boundaries, codes, strict=True) if code}
    return Loaded(
        ours,
        [one.name for one, code in zip(boundaries, codes, strict=True) if code is None],
        [title for title in known.titles.values() if title not in ours],
    )


def known_municipalities() -> Known:
    """The municipalities of the seeds under all names that any source uses."""
    seeds = read_seeds(ROOT / "dbt_project")
    rows = [row.cells for row in seeds["municipalities"].rows]
    named = [
        (row[key], row["municipality_code"]) for row in rows for key in ("municipality_code", "title", "short_title")
    ]
    named += [(row.cells["municipality_ref"], row.cells["municipality_code"]) for row in seeds["municipality_map"].rows]
    return Known(
        {_plain(name): code for name, code in named},
        {row["municipality_code"]: row["region"] for row in rows},
        {row["municipality_code"]: row["short_title"] for row in rows},
    )


WORDS = frozenset(
    (
        *("город", "городской", "муниципальный", "муниципального", "округ", "округа", "район", "района", "зато"),
        *("го", "мо", "г", "о", "м", "р", "н", "образование", "образования"),
    )
)
"""Words of the kind of a municipality: files leave them out or write others."""


def _plain(name: str) -> str:
    """A name as it is compared: small letters, ё as е."""
    return " ".join(name.lower().replace("ё", "е").split())


def _bare(name: str) -> str:
    """A name without the words of its kind."""
    words = "".join(letter if letter.isalnum() else " " for letter in _plain(name)).split()
    return " ".join(word for word in words if word not in WORDS)


def _codes(boundaries: Sequence[Boundary], known: Known) -> list[str | None]:
    """The municipality of each boundary; None for a neighbour."""
    bare: dict[str, set[str]] = {}
    for name, known_code in known.codes.items():
        bare.setdefault(_bare(name), set()).add(known_code)
    found: list[str | None] = []
    for one in boundaries:
        code = known.codes.get(_plain(one.name))
        alike = bare.get(_bare(one.name), set())
        code = code or (next(iter(alike)) if len(alike) == 1 and _bare(one.name) else None)
        if code and code in found:
            other = boundaries[found.index(code)]
            raise BadBoundaries(
                f"Границы: «{one.name}» (файл {one.file}, объект {one.number}) и «{other.name}» (файл {other.file},"
                f" объект {other.number}) - один муниципалитет, {known.titles[code]}. Что сделать: оставьте один"
                " контур; части одного муниципалитета соедините в MultiPolygon.",
                path=one.file,
            )
        found.append(code)
    return found


def _regions(boundaries: Sequence[Boundary], codes: Collection[str | None], known: Known) -> dict[str, str]:
    """File → its region: that of the municipalities in it."""
    found: dict[str, set[str]] = {one.file: set() for one in boundaries}
    for one, code in zip(boundaries, codes, strict=True):
        if code:
            found[one.file].add(known.regions[code])
    for file, regions in found.items():
        if not regions:
            raise BadBoundaries(
                f"Границы, файл {file}: ни одно название не найдено среди муниципалитетов"
                f" ({', '.join(known.titles.values())}). Что сделать: впишите в свойство municipality_code код из"
                " dbt_project/seeds/municipalities.csv или название в municipality_map.csv.",
                path=file,
            )
        if len(regions) > 1:
            raise BadBoundaries(
                f"Границы, файл {file}: муниципалитеты разных регионов ({', '.join(sorted(regions))}). Что сделать:"
                " разделите файл, один регион - один файл.",
                path=file,
            )
    return {file: min(regions) for file, regions in found.items()}


def _rows(
    boundaries: Sequence[Boundary], codes: Sequence[str | None], regions: Mapping[str, str]
) -> list[tuple[object, ...]]:
    drawn = [[outline.projected(ring) for ring in one.rings] for one in boundaries]
    widths: dict[str, float] = {}
    for region in set(regions.values()):
        rings = [
            ring for one, shape in zip(boundaries, drawn, strict=True) if regions[one.file] == region for ring in shape
        ]
        widths[region] = outline.extent(rings)
    return [
        (
            *(number, one.file, one.name, code, regions[one.file]),
            outline.path(shape, outline.tolerance_of(shape, widths[regions[one.file]])),
            *outline.box(shape),
        )
        for number, (one, code, shape) in enumerate(zip(boundaries, codes, drawn, strict=True), start=1)
    ]
