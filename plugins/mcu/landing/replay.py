"""Loading again what was kept: a quarantined or failed load, the rejects of any load, a refused file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from mcu.connectors.files import StoredFile
from mcu.landing import ledger
from mcu.landing.intake import Batch
from mcu.landing.ledger import LedgerError, Load
from mcu.landing.load import LoadResult, Run, _load_file, alone
from mcu.landing.writer import take_over
from mcu.settings import settings
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect


def replay(load_id: int, spec: SourceSpec | None = None) -> LoadResult:
    """A new load, to be judged by the raw gate, of what load `load_id` keeps: its versions, if it was never accepted,
    and its rejects that the present spec takes. Replaying twice changes nothing. Raises UserError."""
    with connect("loader") as conn:
        load = ledger.find_load(conn, load_id)
    spec = spec or get_source(load.source_slug)
    with alone(spec) as conn:
        load = ledger.find_load(conn, load_id)
        conn.rollback()
        if load.status == "landed":
            return LoadResult(
                load_id, "landed", load.read_count, load.new_count, load.unchanged_count, load.rejected_count,
                load.control_total, f"Загрузка № {load_id} ещё не проверена.",
            )  # fmt: skip
        if load.status == "refused":
            return _read_again(conn, spec, load)
        return _load_again(conn, spec, load)


def _read_again(conn: psycopg.Connection, spec: SourceSpec, load: Load) -> LoadResult:
    kept = settings().kept_files / Path(load.file_kept or "").name
    if not load.file_kept or not kept.is_file():
        raise LedgerError(f"Файл загрузки № {load.load_id} не найден в хранилище: {load.file_kept}.")
    return _load_file(conn, spec, kept, load.file_name or kept.name)


def _load_again(conn: psycopg.Connection, spec: SourceSpec, load: Load) -> LoadResult:
    run = Run(
        conn, spec, file=_file_of(conn, load), observed_at=load.observed_at,
        details={"replay_of": load.load_id},
    )  # fmt: skip
    if load.status in ("failed", "quarantined"):
        moved = take_over(conn, spec, load.load_id, run.load_id)
        run.counts.read += moved
        run.counts.new += moved
    rejects = _rejects(conn, load.load_id)
    lines = run.intake.take_again([payload for _, payload in rejects])
    good = [(reject_id, line) for (reject_id, _), line in zip(rejects, lines, strict=True) if line is not None]
    run.counts += run.writer.write(Batch([ref for _, (ref, _) in good], b"".join(line for _, (_, line) in good)))
    brought = run.counts.new > 0
    conn.execute(
        "update ops.rejects set replayed_at = clock_timestamp(), replay_load_id = %s where reject_id = any(%s)",
        [run.load_id if brought else None, [reject_id for reject_id, _ in good]],
    )
    run.keep_counts(run.intake.privacy.take_actions())
    still = len(rejects) - len(good)
    left = f" Отклонённых осталось: {still}." if still else ""
    # A quarantined load had read its whole window; one that broke off had not.
    cursor = _cursor_of(conn, load.load_id) if load.status == "quarantined" else None
    result = run.finish(cursor, subject=f"Повтор загрузки № {load.load_id}")
    if not run.counts.read:
        return LoadResult(None, "unchanged", message=f"В загрузке № {load.load_id} повторять нечего.{left}")
    return LoadResult(
        result.load_id, result.status, result.read, result.new, result.unchanged, result.rejected, None,
        result.message + left,
    )  # fmt: skip


def _rejects(conn: psycopg.Connection, load_id: int) -> list[tuple[int, Any]]:
    query = "select reject_id, payload from ops.rejects where load_id = %s and replayed_at is null order by reject_id"
    return conn.execute(query, [load_id]).fetchall()


def _cursor_of(conn: psycopg.Connection, load_id: int) -> dict[str, Any] | None:
    row = conn.execute("select cursor_after from ops.loads where load_id = %s", [load_id]).fetchone()
    return row[0] if row else None


def _file_of(conn: psycopg.Connection, load: Load) -> StoredFile | None:
    """The file of a load whose all records are replayed: known as loaded from now on."""
    if load.status != "quarantined" or not (load.file_name and load.file_sha256 and load.file_kept):
        return None
    others = ledger.loads_of_file(conn, load.source_slug, load.file_sha256)
    if any(other.status in ("accepted", "refused") for other in others):
        return None
    return StoredFile(load.file_name, load.file_sha256, Path(load.file_kept))
