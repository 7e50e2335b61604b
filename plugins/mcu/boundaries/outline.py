"""A boundary as a path of SVG: Mercator's projection, simplified so far that nobody sees it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mcu.boundaries.geojson import Point, Ring

ACROSS_REGION, ACROSS_SHAPE = 1_200, 400
"""How finely is drawn: points closer together than this part of the region's width, or of the shape's own, are one. A
tile on a screen on a wall is about as many pixels wide, so neighbours that were simplified apart still meet; a town
that is shown alone keeps its bends."""
UNIT = 1_000
"""Units of a path in a degree of longitude. The view `bi_map` projects points by the same formula."""


def projected(ring: Ring) -> Ring:
    """Degrees as units of the drawing; north is up."""
    return [(x * UNIT, -math.degrees(math.asinh(math.tan(math.radians(y)))) * UNIT) for x, y in ring]


def box(rings: Sequence[Ring]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    xs = [x for ring in rings for x, _ in ring]
    ys = [y for ring in rings for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def tolerance_of(rings: Sequence[Ring], region: float) -> float:
    """How far a line may move in a region of that width."""
    return min(region / ACROSS_REGION, extent(rings) / ACROSS_SHAPE)


def extent(rings: Sequence[Ring]) -> float:
    """Width or height, whichever is more."""
    left, top, right, bottom = box(rings)
    return max(right - left, bottom - top)


def path(rings: Sequence[Ring], tolerance: float) -> str:
    """The rings as one path. What is smaller than the tolerance is left out, but for the largest ring."""
    largest = max(rings, key=_size)
    kept = [ring for ring in rings if ring is largest or _size(ring) > tolerance]
    return "".join(_closed(simplified(ring, tolerance)) for ring in kept)


def simplified(ring: Ring, tolerance: float) -> Ring:
    """Douglas and Peucker's way: the fewest of the points that keep within the tolerance of all. A closed ring is cut
    at its point farthest from the first, or all of it would be one."""
    far = max(range(len(ring)), key=lambda at: math.dist(ring[0], ring[at]))
    kept = {0, far, len(ring) - 1}
    waiting = [(0, far), (far, len(ring) - 1)]
    while waiting:
        first, last = waiting.pop()
        inner = range(first + 1, last)
        at = max(inner, key=lambda one: _distance(ring[one], ring[first], ring[last]), default=None)
        if at is not None and _distance(ring[at], ring[first], ring[last]) > tolerance:
            kept.add(at)
            waiting += [(first, at), (at, last)]
    return [ring[at] for at in sorted(kept)]


def _size(ring: Ring) -> float:
    return extent([ring])


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to a piece of a line."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    along = max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length)) if length else 0.0
    return math.dist(point, (x1 + along * (x2 - x1), y1 + along * (y2 - y1)))


def _closed(ring: Ring) -> str:
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring[:-1]) + "Z"
