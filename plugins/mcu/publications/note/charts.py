"""The charts of a note as PNG: drawn offline with matplotlib's own font, so that every machine draws the same bytes."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK, BLUE, RED, GRID = "#1F2A37", "#2F5D8C", "#A61B1B", "#D5DBE1"
_STYLE: dict[str, Any] = {"fontfamily": "DejaVu Sans", "fontsize": 9, "color": INK}


def weeks(points: Sequence[dict[str, Any]]) -> bytes:
    """New items as columns and broken deadlines as a line, a week each; `points`: label, new, overdue."""
    figure, axes = _canvas(1.6)
    places = range(len(points))
    axes.bar(places, [p["new"] for p in points], color=BLUE, width=0.7, label="Поступило впервые")
    axes.plot(places, [p["overdue"] for p in points], color=RED, linewidth=1.8, label="Нарушено сроков")
    step = max(1, len(points) // 9)
    shown = [n for n in places if (len(points) - 1 - n) % step == 0]
    axes.set_xticks(shown, [points[n]["label"] for n in shown], **_STYLE)
    axes.legend(
        loc="upper left", frameon=False, ncols=2, prop={"family": "DejaVu Sans", "size": 9}, bbox_to_anchor=(0, 1.28)
    )
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    return _png(figure)


def bars(points: Sequence[dict[str, Any]]) -> bytes:
    """One bar a recipient with its number; `points`: label, value; the longest on top."""
    figure, axes = _canvas(0.3 + 0.29 * len(points))
    places = range(len(points), 0, -1)
    drawn = axes.barh(places, [p["value"] for p in points], color=RED, height=0.62)
    axes.bar_label(drawn, padding=3, **_STYLE)
    axes.set_yticks(places, [_wrapped(p["label"]) for p in points], **_STYLE)
    axes.set_xticks([])
    axes.margins(x=0.1)
    axes.spines["bottom"].set_visible(False)
    return _png(figure)


def _canvas(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(6.5, height), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=9, labelcolor=INK)
    axes.set_axisbelow(True)
    return figure, axes


def _wrapped(title: str) -> str:
    return "\n".join(textwrap.wrap(title, 60))


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


DRAWN = {"weeks_chart": weeks, "recipients_chart": bars}
"""By the name in the template."""
