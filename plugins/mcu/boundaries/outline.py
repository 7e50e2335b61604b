"""A boundary as a path of SVG: Mercator's projection, simplified so far that nobody sees it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from mcu.boundaries.geojson import Ring

ACROSS_REGION, ACROSS_SHAPE = 1_200, 400
"""How finely is drawn: points closer together than this part of the region's width, or of the shape's own, are one. A
tile on a screen on a wall is about as many pixels wide, so neighbours that were simplified apart still meet; a town
that is shown alone keeps its bends."""
UNIT = 1_000
"""Units of a path in a degree of longitude. The view `bi_map` projects points by the same formula."""
AT_ONCE = 1_000
"""Points that are simplified together. In a zigzag each point is the farthest in turn, so the time grows by the square
of their number."""
Points = np.ndarray[Any, np.dtype[np.float64]]


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
    at its point farthest from the first, or all of it would be one; and after every AT_ONCE points."""
    points = np.array(ring)
    far = int(np.argmax(_distances(points, points[0], points[0])))
    kept = {far, len(ring) - 1, *range(0, len(ring), AT_ONCE)}
    waiting = list(pairwise(sorted(kept)))
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        distances = _distances(points[first + 1 : last], points[first], points[last])
        at = int(np.argmax(distances))
        if distances[at] > tolerance:
            kept.add(first + 1 + at)
            waiting += [(first, first + 1 + at), (first + 1 + at, last)]
    return [ring[at] for at in sorted(kept)]


def _size(ring: Ring) -> float:
    return extent([ring])


def _distances(points: Points, start: Points, end: Points) -> Points:
    """From each point to a piece of a line."""
    line = end - start
    length = line @ line
    along = np.clip((points - start) @ line / length, 0, 1) if length else np.zeros(len(points))
    gap = points - start - along[:, None] * line
    return np.hypot(gap[:, 0], gap[:, 1])


def _closed(ring: Ring) -> str:
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring[:-1]) + "Z"
