"""Alerts of files that were refused: one a file, well again when a later file of the source lands."""

from __future__ import annotations

from collections.abc import Sequence

from mcu.alerts.book import alert, recover
from mcu.landing.load import LoadResult
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect


def tell_refusals(spec: SourceSpec, results: Sequence[LoadResult]) -> None:
    """Tell the source's owner of each refused file among `results`; close earlier ones when a file landed."""
    if any(r.status == "landed" for r in results):
        with connect("loader") as conn:
            causes = conn.execute(
                "select cause from ops.alerts where closed_at is null and starts_with(cause, %s)", [_cause(spec, "")]
            ).fetchall()
        for (cause,) in causes:
            recover(cause)
    for result in results:
        if result.status in ("refused", "failed"):
            title = f"Файл не загружен: {spec.title}"
            body = f"{result.message}\n\nФайл сохранён. Исправьте выгрузку и положите её в ту же папку."
            alert(_cause(spec, str(result.load_id)), "critical", spec.alert.owner, title, body)


def _cause(spec: SourceSpec, load: str) -> str:
    return f"refused:{spec.slug}:{load}"
