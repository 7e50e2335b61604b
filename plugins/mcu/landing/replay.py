"""Loads again what was stored: a quarantined or failed load, the rejects of any load, a refused file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from mcu.landing import ledger
from mcu.landing.dropped_files import land_file
from mcu.landing.intake import REASONS, Batch
from mcu.landing.ledger import LedgerError, Load, LoadedFile
from mcu.landing.load import source_lock
from mcu.landing.run import LoadResult, Run, result_of
from mcu.settings import settings
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect


def replay(load_id: int, spec: SourceSpec | None = None) -> LoadResult:
    """A new load, to be judged by the raw gate, of what load `load_id` has stored: its versions if it was never
    accepted, and those of its rejects that the present spec accepts. Replaying twice changes nothing. Raises
    UserError."""
    with connect("loader") as conn:
        load = ledger.find_load(conn, load_id)
    spec = spec or get_source(load.source_slug)
    with source_lock(spec) as conn:
        load = ledger.find_load(conn, load_id)
        conn.rollback()
        if load.status == "landed":
            return result_of(load, f"Загрузка № {load_id} ещё не проверена.")
        if load.status == "refused":
            return _read_again(conn, spec, load)
        return _load_again(conn, spec, load)


def _read_again(conn: psycopg.Connection, spec: SourceSpec, load: Load) -> LoadResult:
    stored = settings().kept_files / Path(load.file_kept or "").name
    if not load.file_kept or not stored.is_file():
        raise LedgerError(
            f"Файл загрузки № {load.load_id} не найден в хранилище: {load.file_kept}.",
            load_id=load.load_id,
            path=load.file_kept,
        )
    return land_file(conn, spec, stored, load.file_name or stored.name)


def _load_again(conn: psycopg.Connection, spec: SourceSpec, load: Load) -> LoadResult:
    run = Run(conn, spec, file=_file_of(conn, load), observed_at=load.observed_at, details={"replay_of": load.load_id})
    if load.status in ("failed", "quarantined"):
        run.writer.take_over(load.load_id)
    still_rejected = _add_rejects(run, load.load_id)
    run.commit()
    left = f" Отклонённых осталось: {still_rejected}." if still_rejected else ""
    # A quarantined load had read its whole window; a failed one had not.
    cursor = load.cursor_after if load.status == "quarantined" else None
    result = run.finish(cursor, subject=f"Повтор загрузки № {load.load_id}")
    if not run.counts.read:
        return LoadResult(None, "unchanged", message=f"В загрузке № {load.load_id} повторять нечего.{left}")
    return replace(result, control_total=None, message=result.message + left)


def _add_rejects(run: Run, load_id: int) -> int:
    """Write the rejects of a load that the present spec accepts; leaves them uncommitted. Returns how many it still
    rejects."""
    rejects = _rejects(run.conn, load_id)
    lines = run.intake.take_again([payload for _, payload in rejects])
    good = [(reject_id, line) for (reject_id, _), line in zip(rejects, lines, strict=True) if line is not None]
    run.writer.add(Batch([ref for _, (ref, _) in good], b"".join(line for _, (_, line) in good)))
    run.conn.execute(
        "update ops.rejects set replayed_at = clock_timestamp(), replay_load_id = %s where reject_id = any(%s)",
        [run.load_id if run.counts.new else None, [reject_id for reject_id, _ in good]],
    )
    return len(rejects) - len(good)


def _rejects(conn: psycopg.Connection, load_id: int) -> list[tuple[int, Any]]:
    """(number, payload). What the connector rejected has no payload: no other spec could read it."""
    query = """
        select reject_id, case when reason_code = any(%s) then payload end
        from ops.rejects where load_id = %s and replayed_at is null order by reject_id
    """
    return conn.execute(query, [list(REASONS), load_id]).fetchall()


def _file_of(conn: psycopg.Connection, load: Load) -> LoadedFile | None:
    """The file of a load, if all its records are replayed: the ledger knows it as loaded from now on."""
    if load.status != "quarantined" or not (load.file_name and load.file_sha256 and load.file_kept):
        return None
    others = ledger.loads_of_file(conn, load.source_slug, load.file_sha256)
    if any(other.status in ("accepted", "refused") for other in others):
        return None
    return LoadedFile(load.file_name, load.file_sha256, Path(load.file_kept))
