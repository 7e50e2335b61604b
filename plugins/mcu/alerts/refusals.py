"""Alerts of files that were refused: one a file, well again when it or a later file of the source is accepted."""

from __future__ import annotations

from collections.abc import Sequence

from mcu.alerts.incidents import alert, recover
from mcu.landing.load import LoadResult
from mcu.privacy.masking import mask
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect


def report_refusals(spec: SourceSpec, results: Sequence[LoadResult]) -> None:
    """Tell the source's owner of each refused file among `results`. Earlier alerts are closed once a file of the same
    name, or one taken in after the file was last refused, is accepted: seen at the source's next run."""
    refused = {_cause(spec, r.file_name or ""): r for r in results if r.status in ("refused", "failed")}
    for cause in _mended(spec):
        if cause not in refused:
            recover(cause)
    for cause, result in refused.items():
        title = f"Файл не загружен: {spec.title}"
        body = f"{result.message}\n\nФайл сохранён. Исправьте выгрузку и положите её в ту же папку."
        alert(cause, "critical", spec.alert.owner, title, body)


def _mended(spec: SourceSpec) -> list[str]:
    """Open causes that an accepted file has made good."""
    with connect("loader") as conn:
        opened = conn.execute(
            "select cause, opened_at, last_seen_at from ops.alerts where closed_at is null and starts_with(cause, %s)",
            [_cause(spec, "")],
        ).fetchall()
        if not opened:
            return []
        files = conn.execute(
            "select file_name, started_at, accepted_at from ops.loads"
            " where source_slug = %s and status = 'accepted' and file_name is not null and accepted_at >= %s",
            [spec.slug, min(at for _, at, _ in opened)],
        ).fetchall()
    return [
        cause
        for cause, _, seen_at in opened
        if any(
            started_at > seen_at or (_cause(spec, name) == cause and accepted_at > seen_at)
            for name, started_at, accepted_at in files
        )
    ]


def _cause(spec: SourceSpec, file_name: str) -> str:
    """Names of files may hold names of people."""
    return f"refused:{spec.slug}:{mask(file_name)}"
