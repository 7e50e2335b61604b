"""Alerts about refused files: one for each file, closed when it or a later file of the source is accepted."""

from __future__ import annotations

from collections.abc import Sequence

from mcu.alerts.incidents import alert, recover
from mcu.landing.run import LoadResult
from mcu.privacy.masking import mask
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect


def report_refusals(spec: SourceSpec, results: Sequence[LoadResult]) -> None:
    """Alert the source's owner about each refused file among `results`.

    Closes earlier alerts whose cause is gone: a file of the same name was accepted since, or any file that was read
    after the refusal. Files of this run are not accepted yet, so they close alerts at the source's next run."""
    refused = {_cause(spec, r.file_name or ""): r for r in results if r.status in ("refused", "failed")}
    for cause in _outdated(spec):
        if cause not in refused:
            recover(cause)
    for cause, result in refused.items():
        title = f"Файл не загружен: {spec.title}"
        body = f"{result.message}\n\nФайл сохранён. Исправьте выгрузку и положите её в ту же папку."
        alert(cause, "critical", spec.alert.owner, title, body)


def _outdated(spec: SourceSpec) -> list[str]:
    """Causes of open alerts that an accepted file has settled."""
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
    """The cause of a file's alert; masked, as names of files may hold names of people."""
    return f"refused:{spec.slug}:{mask(file_name)}"
