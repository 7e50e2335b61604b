"""One load of one source: pages are pseudonymised, written and committed as they come.

One at a time for a source (advisory lock). What breaks off leaves its versions in raw under a `failed` load, where
staging does not see them; the next load reads the window again and lands them itself. So nothing is lost or doubled,
wherever a process is killed."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from mcu.connectors.base import Page, Window
from mcu.connectors.files import (
    FileRefused,
    FileTorn,
    Folder,
    StoredFile,
    export_time,
    is_archive,
    read_file,
    signature,
    store_file,
    time_in_name,
    unpack,
)
from mcu.connectors.params import Dropped
from mcu.errors import UserError
from mcu.landing import ledger
from mcu.landing.apart import LOCK, LONG_LOAD, UNLOCK, WritingApart
from mcu.landing.drift import renamed, told_drift
from mcu.landing.intake import Batch, Intake
from mcu.landing.ledger import Load
from mcu.landing.writer import Counts, Writer, ensure_raw_table, forget_load, take_over
from mcu.privacy.pseudonyms import Actions
from mcu.settings import settings
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect

LOCK_SECONDS = 60
"""How long to wait for another load of the same source: the database needs a moment to notice a killed one."""


class LoadError(UserError):
    """A load broke off; what was read is kept and the next load goes on from there."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of one load. `status`: landed (to be judged by the raw gate), unchanged (nothing new, no row in the
    ledger), refused (a file that cannot be read), repeated (a file loaded before), waiting (a file still growing),
    failed (one file of several broke off)."""

    load_id: int | None
    status: str
    read: int = 0
    new: int = 0
    unchanged: int = 0
    rejected: int = 0
    control_total: int | None = None
    message: str = ""
    file_name: str | None = None
    """Of a file that was refused or broke off."""


def load_source(spec: SourceSpec, *, since: datetime | None = None, until: datetime | None = None) -> list[LoadResult]:
    """Fetch what is new (or a given period) and land it. Loads that an interrupted run left unjudged come first.
    A `files` source gives one result a waiting file. Raises UserError when the source cannot be read."""
    with alone(spec) as conn:
        unjudged = [_result_of(load) for load in ledger.waiting_loads(conn, spec.slug)]
        if isinstance(spec.connector, Dropped):
            return unjudged + _load_folder(conn, spec)
        return [*unjudged, _load_window(conn, spec, since, until)]


def load_file(spec: SourceSpec, path: Path) -> list[LoadResult]:
    """Land one file given by hand; the file itself stays where it is. Raises UserError."""
    if not isinstance(spec.connector, Dropped):
        raise LoadError(f"Источник «{spec.title}» не читает файлы: его соединение - {spec.connector.type}.")
    if not path.is_file():
        raise LoadError(f"Файла {path} нет.")
    with alone(spec) as conn:
        return _load_dropped(conn, spec, path, path.name)


# ---------------------------------------------------------------- one at a time


@contextmanager
def alone(spec: SourceSpec) -> Iterator[psycopg.Connection]:
    """A connection that holds the source's lock; it frees itself when the process dies. A load found `running`
    under the lock is dead. Raises LoadError when the source is being loaded elsewhere."""
    with connect("loader") as conn:
        try:
            conn.execute(f"set lock_timeout = '{LOCK_SECONDS}s'")
            conn.execute("select pg_advisory_lock(hashtext('mcu.load'), hashtext(%s))", [spec.slug])
            # a killed load's last page may still be on its way
            conn.execute(LOCK, [spec.slug])
            conn.execute(UNLOCK, [spec.slug])
            conn.execute("set lock_timeout = 0")
        except psycopg.errors.LockNotAvailable:
            raise LoadError(f"Источник «{spec.title}» уже загружается. Дождитесь окончания.") from None
        ensure_raw_table(conn, spec.slug)
        conn.execute(
            """
            update ops.loads set status = 'failed', finished_at = clock_timestamp(),
                message = 'Загрузка прервана (процесс остановлен). Прочитанное сохранено; следующая загрузка его учтёт.'
            where source_slug = %s and status = 'running'
            """,
            [spec.slug],
        )
        conn.commit()
        yield conn


# ---------------------------------------------------------------- the run of a load


class Run:
    """A load under way: from its row in the ledger to `landed`, `failed`, or to nothing at all."""

    def __init__(
        self,
        conn: psycopg.Connection,
        spec: SourceSpec,
        *,
        window: Window | None = None,
        file: StoredFile | None = None,
        observed_at: datetime | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        self.conn, self.spec = conn, spec
        self.counts = Counts()
        self.total: int | None = None
        window = window or Window()
        row = conn.execute(
            """
            insert into ops.loads (source_slug, status, window_from, window_to, file_name, file_sha256, file_kept)
            values (%s, 'running', %s, %s, %s, %s, %s) returning load_id, started_at
            """,
            [
                spec.slug,
                window.since,
                window.until,
                *((file.name, file.sha256, str(file.path)) if file else [None] * 3),
            ],
        ).fetchone()
        assert row is not None
        self.load_id: int = row[0]
        self.started_at: datetime = row[1]
        observed_at = observed_at or self.started_at
        self.details = {"observed_at": observed_at.astimezone(UTC).isoformat(), **(details or {})}
        self.intake = Intake(spec, observed_at)
        self.writer = Writer(conn, spec, self.load_id)
        conn.commit()

    def land(self, pages: Iterable[Page]) -> None:
        """Write page after page, each in a transaction of its own with its counts."""
        apart: WritingApart | None = None
        long_from: float = LONG_LOAD
        with _no_garbage_hunt():
            try:
                for page in pages:
                    batch, actions = self.intake.take(page), self.intake.privacy.take_actions()
                    self.total = page.total if page.total is not None else self.total
                    if self.counts.read >= long_from and not apart and not page.is_only_copy:
                        try:
                            apart = WritingApart(self)
                        except (OSError, psycopg.OperationalError):
                            long_from = inf  # no process or connection to be had: it goes on at home
                    if apart:
                        apart.write(batch, actions, self.total)
                    else:
                        self.write(batch, actions, is_durable=page.is_only_copy)
            finally:
                if apart:
                    self.counts = apart.finish()

    def write(self, batch: Batch, actions: Actions, *, is_durable: bool = False) -> None:
        """Write one page with its counts in a transaction of its own; a durable one waits for the disk."""
        if is_durable:
            self.conn.execute("set local synchronous_commit = on")
        self.counts += self.writer.write(batch)
        self.keep_counts(actions)

    def keep_counts(self, actions: Actions) -> None:
        c = self.counts
        self.writer.count_actions(actions)
        self.conn.execute(
            """
            update ops.loads set read_count = %s, new_count = %s, unchanged_count = %s, rejected_count = %s,
                control_total = %s
            where load_id = %s
            """,
            [c.read, c.new, c.unchanged, c.rejected, self.total, self.load_id],
        )
        self.conn.commit()

    def finish(self, cursor: dict[str, Any] | None = None, *, subject: str | None = None) -> LoadResult:
        """Make the load `landed`; one that brought nothing leaves no row, and its cursor needs no judging."""
        c = self.counts
        self.conn.execute("set local synchronous_commit = on")
        drift = self.intake.drift()
        message = f"{subject or f'Источник «{self.spec.title}»'}: {_told(c)}{told_drift(self.spec, drift)}."
        if not c.new and not c.rejected:
            forget_load(self.conn, self.load_id)
            ledger.move_cursor(self.conn, self.spec.slug, cursor)
        else:
            details = {**self.details, **drift} | ({"repeated": c.repeated} if c.repeated else {})
            if pairs := renamed(self.spec, drift):
                details["renamed"] = pairs
            self.conn.execute(
                """
                update ops.loads set status = 'landed', finished_at = clock_timestamp(), cursor_after = %s,
                    message = %s, details = %s
                where load_id = %s
                """,
                [Jsonb(cursor) if cursor else None, message, Jsonb(details), self.load_id],
            )
        ledger.note_checked(self.conn, self.spec.slug)
        self.conn.commit()
        if not c.new and not c.rejected:
            return LoadResult(None, "unchanged", c.read, 0, c.unchanged, 0, self.total, message)
        return LoadResult(self.load_id, "landed", c.read, c.new, c.unchanged, c.rejected, self.total, message)

    def break_off(self, message: str) -> None:
        """The load failed: its versions stay for the next one."""
        self.conn.rollback()
        self.conn.execute(
            "update ops.loads set status = 'failed', finished_at = clock_timestamp(), message = %s, details = %s"
            " where load_id = %s",
            [message, Jsonb(self.details), self.load_id],
        )
        ledger.note_failure(self.conn, self.spec.slug, message)
        self.conn.commit()


@contextmanager
def _breaking_off(run: Run, subject: str) -> Iterator[None]:
    """Any failure inside makes the load `failed`; what people read names the subject and holds no data."""
    try:
        yield
    except FileRefused:
        raise
    except UserError as error:
        message = f"{subject}: {error}"
        run.break_off(message)
        raise LoadError(message) from None
    except psycopg.Error as error:
        # The database's own words may quote a row.
        message = f"{subject}: база данных не приняла записи ({type(error).__name__}, {error.sqlstate})."
        with suppress(psycopg.OperationalError):  # the database is gone: the next load finds this one dead
            run.break_off(message)
        raise LoadError(message) from None
    except Exception as error:
        run.break_off(f"{subject}: внутренняя ошибка ({type(error).__name__}). Подробности в журнале задачи.")
        raise


@contextmanager
def _no_garbage_hunt() -> Iterator[None]:
    """Records are trees: counting references frees them, and looking for cycles among them costs a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# ---------------------------------------------------------------- sources that are asked


def _load_window(
    conn: psycopg.Connection, spec: SourceSpec, since: datetime | None, until: datetime | None
) -> LoadResult:
    subject = f"Источник «{spec.title}»"
    state = ledger.state_of(conn, spec.slug)
    read_to = state.updated_at if state else None
    window = Window(since or (read_to - timedelta(hours=spec.overlap_hours) if read_to else None), until)
    run = Run(conn, spec, window=window)
    with _breaking_off(run, subject):
        connector = open_source(spec)
        if connector.consumes_on_read:
            _take_over_broken(run)
        run.land(connector.pages(window))
        # A period fetched by hand may start behind what was read so far: the gap must not be skipped.
        joins_on = since is None or (read_to is not None and since <= read_to)
        latest = run.intake.latest if joins_on else None
        # A source whose clock is ahead must not make us skip what it will write until then.
        cursor = {"updated_at": min(latest, run.started_at).astimezone(UTC).isoformat()} if latest else None
        return run.finish(cursor)


def _take_over_broken(run: Run) -> None:
    """The source will not tell again what loads that broke off had landed: it is this load's now."""
    broken = run.conn.execute(
        "select load_id from ops.loads where source_slug = %s and status = 'failed' and new_count > 0", [run.spec.slug]
    ).fetchall()
    for (load_id,) in broken:
        moved = take_over(run.conn, run.spec, load_id, run.load_id)
        run.counts.read += moved
        run.counts.new += moved
    run.keep_counts(run.intake.privacy.take_actions())


# ---------------------------------------------------------------- files


def _load_folder(conn: psycopg.Connection, spec: SourceSpec) -> list[LoadResult]:
    """Every waiting file; one that breaks off does not hold up the others."""
    try:
        folder = open_source(spec)
        assert isinstance(folder, Folder)
        folder.collect()
        paths = folder.waiting()
    except UserError as error:
        message = f"Источник «{spec.title}»: {error}"
        conn.rollback()
        ledger.note_failure(conn, spec.slug, message)
        conn.commit()
        raise LoadError(message) from None
    results: list[LoadResult] = []
    broken: list[UserError] = []
    for path in paths:
        if not folder.is_settled(path):
            results.append(LoadResult(None, "waiting", message=f"Файл «{path.name}» ещё записывается: подождём."))
            continue
        try:
            folder.fetch(path)
            before = signature(path)
            found = _load_dropped(conn, spec, path, path.name, folder)
            results += found
            broken += [LoadError(result.message) for result in found if result.status == "failed"]
            if all(result.status not in ("waiting", "failed") for result in found):
                folder.remove(path, before)
        except FileNotFoundError:
            continue
        except UserError as error:
            broken.append(error)
            results.append(LoadResult(None, "failed", message=str(error), file_name=path.name))
    if broken and len(broken) == len(results):
        raise broken[0]
    if not paths:
        ledger.note_checked(conn, spec.slug)
        conn.commit()
    return results


def _load_dropped(
    conn: psycopg.Connection, spec: SourceSpec, path: Path, name: str, folder: Folder | None = None
) -> list[LoadResult]:
    """One file, or each of an archive: a faulty one does not hold up its neighbours. What the archive holds besides
    stays in the keep with it."""
    assert isinstance(spec.connector, Dropped)
    if not is_archive(path):
        return [_load_file(conn, spec, path, name, folder)]
    kept = store_file(path, settings().kept_files)
    results: list[LoadResult] = []
    with TemporaryDirectory(prefix=".unpacked-", dir=settings().kept_files) as into:
        try:
            members = unpack(kept.path, spec.connector, Path(into), name)
        except FileRefused:
            # Reading it as one file tells the same refusal and keeps it in the ledger.
            return [_load_file(conn, spec, path, name, folder)]
        for member in members:
            try:
                results.append(_load_file(conn, spec, member.path, member.name))
            except UserError as error:
                results.append(LoadResult(None, "failed", message=str(error), file_name=member.name))
    return results


def _load_file(
    conn: psycopg.Connection, spec: SourceSpec, path: Path, name: str, folder: Folder | None = None
) -> LoadResult:
    """Keep the file, then land it from the keep: whatever happens to the original, the records can be read again.
    In a `folder` a torn file is left to its writer for a while."""
    assert isinstance(spec.connector, Dropped)
    kept = store_file(path, settings().kept_files)
    kept = StoredFile(name, kept.sha256, kept.path)
    earlier = ledger.loads_of_file(conn, spec.slug, str(kept.sha256))
    loaded = [load for load in earlier if load.status in ("accepted", "landed")]
    if loaded:
        if not _has_come_back(conn, spec, name, loaded[-1]):
            ledger.note_checked(conn, spec.slug)
            conn.commit()
            return _repeated(name, loaded[-1])
        kept = StoredFile(name, None, kept.path)  # the ledger has one accepted row for a SHA-256
    observed_at = export_time(kept.path, spec.connector, settings().tz, name)
    run = Run(conn, spec, file=kept, observed_at=observed_at)
    subject = f"Файл «{name}»"
    with _breaking_off(run, subject):
        try:
            run.land(read_file(kept.path, spec.connector, name))
        except FileRefused as refusal:
            if run.counts.new:
                raise LoadError(str(refusal)) from None
            if folder and isinstance(refusal, FileTorn) and folder.may_be_growing(path):
                return _leave_to_its_writer(run, str(refusal), None if earlier else kept.path)
            return _refuse_file(run, str(refusal), earlier, name)
        result = run.finish(subject=subject)
        _forgive(conn, earlier, result)
        return result


def _has_come_back(conn: psycopg.Connection, spec: SourceSpec, name: str, known: Load) -> bool:
    """Whether this is no second copy but a later export that equals an older one, with others between: what it shows
    is true again. Only the time in a file's name can tell."""
    assert isinstance(spec.connector, Dropped)
    exported_at = time_in_name(name, spec.connector, settings().tz)
    newest = ledger.newest_export(conn, spec.slug)
    if exported_at is None or newest is None or newest.load_id == known.load_id or newest.observed_at is None:
        return False
    return exported_at > newest.observed_at


def _repeated(name: str, known: Load) -> LoadResult:
    when = known.started_at.astimezone(settings().tz).strftime("%d.%m.%Y %H:%M")
    message = f"Файл «{name}» уже загружен {when} (загрузка № {known.load_id}, «{known.file_name}»): пропущен."
    return LoadResult(None, "repeated", message=message)


def _leave_to_its_writer(run: Run, message: str, half: Path | None) -> LoadResult:
    """No trace of a file that is not whole yet, nor its `half` in the keep: the next run looks again."""
    if half:
        half.unlink(missing_ok=True)
    forget_load(run.conn, run.load_id)
    ledger.note_checked(run.conn, run.spec.slug)
    run.conn.commit()
    return LoadResult(None, "waiting", message=f"{message} Возможно, файл ещё записывается: подождём.")


def _refuse_file(run: Run, message: str, earlier: list[Load], name: str) -> LoadResult:
    """A `refused` row for a file that cannot be loaded; the same file again is told again but leaves no second row."""
    conn, load_id = run.conn, run.load_id
    conn.rollback()
    if known := next((load for load in earlier if load.status == "refused"), None):
        forget_load(conn, load_id)
        load_id = known.load_id
    conn.execute(
        "update ops.loads set status = 'refused', finished_at = clock_timestamp(), message = %s where load_id = %s",
        [message, load_id],
    )
    ledger.note_checked(conn, run.spec.slug)
    conn.commit()
    return LoadResult(load_id, "refused", message=message, file_name=name)


def _forgive(conn: psycopg.Connection, earlier: list[Load], result: LoadResult) -> None:
    """A file refused before and read now is refused no more."""
    for load in earlier:
        if load.status == "refused":
            conn.execute(
                "update ops.loads set status = 'failed', message = message || %s where load_id = %s",
                [
                    f" Позже прочитан: загрузка № {result.load_id}." if result.load_id else " Позже прочитан.",
                    load.load_id,
                ],
            )
    conn.commit()


# ---------------------------------------------------------------- words


def _told(c: Counts) -> str:
    told = f"прочитано {c.read}, новых {c.new}, без изменений {c.unchanged}, отклонено {c.rejected}"
    return told + (f"; точных повторов внутри загрузки: {c.repeated}" if c.repeated else "")


def _result_of(load: Load) -> LoadResult:
    return LoadResult(
        load.load_id, load.status, load.read_count, load.new_count, load.unchanged_count, load.rejected_count,
        load.control_total, f"Загрузка № {load.load_id} ждёт проверки. {load.message or ''}".strip(),
    )  # fmt: skip
