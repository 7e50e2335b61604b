"""Lands the files of a `files` source: those that wait in its folder, or one that is given by hand."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import psycopg

from mcu import leftovers
from mcu.connectors.files import (
    FileRefused,
    FileTorn,
    Folder,
    export_time,
    is_archive,
    is_readable,
    kind_refused,
    read_file,
    signature,
    store_file,
    time_in_name,
    unpack,
)
from mcu.connectors.params import Dropped
from mcu.errors import UserError
from mcu.faults import in_words
from mcu.landing import ledger, source_state
from mcu.landing.ledger import Load, LoadedFile
from mcu.landing.run import LoadError, LoadResult, Run, breaking_off, describe_source
from mcu.landing.shown_names import ShownNames
from mcu.plain_text import one_line
from mcu.privacy.labels import mask_message
from mcu.privacy.pepper import PepperRefused
from mcu.settings import settings
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.faults import DatabaseDown


def land_folder(conn: psycopg.Connection, spec: SourceSpec) -> list[LoadResult]:
    """Land every waiting file. A file that breaks off does not hold up the others. Raises UserError if the folder
    cannot be read, or the first error if every file broke off."""
    folder, paths = _waiting_files(conn, spec)
    results: list[LoadResult] = []
    errors: list[UserError] = []
    until = monotonic() + spec.load_minutes * 60
    names = ShownNames()
    for path in paths:
        name = names.of(path.name)
        if monotonic() > until:
            message = f"Файл «{name}» ждёт следующего запуска: загрузка идёт дольше {spec.load_minutes:g} мин."
            results.append(LoadResult(None, "waiting", message=message))
            continue
        if not folder.is_settled(path):
            results.append(LoadResult(None, "waiting", message=f"Файл «{name}» ещё записывается: подождём."))
            continue
        try:
            folder.fetch(path)
            before = signature(path)
            found = land_dropped(conn, spec, path, name, folder)
            results += found
            errors += [LoadError(result.message, slug=spec.slug) for result in found if result.status == "failed"]
            if all(result.status not in ("waiting", "failed") for result in found):
                folder.remove(path, before)
        except FileNotFoundError:
            continue
        except (DatabaseDown, PepperRefused):
            raise  # the other files would not land either
        except (UserError, OSError) as error:
            words = in_words(error)
            if words is None:
                raise
            errors.append(words)
            results.append(_broken_off(words, name))
    for name in folder.refused_names:
        shown = names.of(one_line(name))
        refusal = FileRefused(
            f"Файл «{shown}» не прочитан: в его имени путь или непечатаемые знаки. Переименуйте его в папке источника."
        )
        errors.append(refusal)
        results.append(_broken_off(refusal, shown))
    if errors and len(errors) == len(results):
        raise errors[0]
    if not paths and not folder.refused_names:
        source_state.note_checked(conn, spec.slug)
        conn.commit()
    return results


def land_dropped(
    conn: psycopg.Connection, spec: SourceSpec, path: Path, name: str, folder: Folder | None = None
) -> list[LoadResult]:
    """Land one file, or each file of an archive; a faulty one does not hold up its neighbours. Other members of the
    archive stay in the file store with it. Raises UserError, for an archive only if it cannot be stored."""
    assert isinstance(spec.connector, Dropped)
    if not is_archive(path) or (folder and not is_readable(name, spec.connector)):
        return [land_file(conn, spec, path, name, folder)]
    stored = store_file(path, settings().kept_files)
    results: list[LoadResult] = []
    with TemporaryDirectory(prefix=leftovers.prefix(".unpacked"), dir=settings().kept_files) as into:
        try:
            members = unpack(stored.path, spec.connector, Path(into), name)
        except FileRefused:
            # Reading the archive as one file gives the same refusal and records it in the ledger.
            return [land_file(conn, spec, path, name, folder)]
        names = ShownNames()
        for member in members:
            inner = names.of(member.name)
            try:
                results.append(land_file(conn, spec, member.path, inner, is_sent=True))
            except (DatabaseDown, PepperRefused):
                raise
            except UserError as error:
                results.append(_broken_off(error, inner))
    return results


def land_file(
    conn: psycopg.Connection,
    spec: SourceSpec,
    path: Path,
    name: str,
    folder: Folder | None = None,
    *,
    is_sent: bool = False,
) -> LoadResult:
    """Store the file, then land it from the store: its records can be read again whatever happens to the original.
    A file that was sent (by folder, letter or archive) and is of a kind that the source does not read is refused.
    A torn file in a `folder` is left for a while, because it may still be growing. Raises LoadError."""
    assert isinstance(spec.connector, Dropped)
    stored = store_file(path, settings().kept_files)
    earlier = ledger.loads_of_file(conn, spec.slug, str(stored.sha256))
    loaded = [load for load in earlier if load.status in ("accepted", "landed")]
    if loaded and not _has_come_back(conn, spec, name, loaded[-1]):
        source_state.note_checked(conn, spec.slug)
        conn.commit()
        return _repeated(name, loaded[-1])
    file = LoadedFile(name, None if loaded else stored.sha256, stored.path)
    observed_at = export_time(stored.path, spec.connector, settings().tz, name)
    run = Run(conn, spec, file=file, observed_at=observed_at)
    subject = f"Файл «{name}»"
    with breaking_off(run, subject):
        try:
            if (folder or is_sent) and not is_readable(name.rpartition("/")[2], spec.connector):
                raise kind_refused(stored.path, spec.connector, name)
            run.land(read_file(stored.path, spec.connector, name))
        except FileRefused as refusal:
            if run.counts.new:
                raise
            if folder and isinstance(refusal, FileTorn) and folder.may_be_growing(path):
                return _leave_to_grow(run, mask_message(str(refusal)), None if earlier else stored.path)
            return _refuse(run, mask_message(str(refusal)), earlier, name)
        result = run.finish(subject=subject)
        _withdraw_refusals(conn, earlier, result)
        return result


def _waiting_files(conn: psycopg.Connection, spec: SourceSpec) -> tuple[Folder, list[Path]]:
    """The source's folder and the files in it. A folder that cannot be read counts as a failure of the source."""
    try:
        folder = open_source(spec)
        assert isinstance(folder, Folder)
        folder.collect()
        return folder, folder.waiting()
    except UserError as error:
        message = mask_message(f"{describe_source(spec)}: {error}")
        conn.rollback()
        source_state.note_failure(conn, spec.slug, message)
        conn.commit()
    raise LoadError(message, slug=spec.slug)


def _broken_off(error: UserError, name: str) -> LoadResult:
    return LoadResult(None, "failed", message=mask_message(str(error)), file_name=name)


def _has_come_back(conn: psycopg.Connection, spec: SourceSpec, name: str, known: Load) -> bool:
    """True if this is not a second copy but a later export that equals an older one, with others between them: what it
    shows is true again. Only the time in a file's name can show that."""
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


def _leave_to_grow(run: Run, message: str, half: Path | None) -> LoadResult:
    """Leave no trace of a file that is not whole yet and delete its `half` from the store. The next run looks again."""
    if half:
        half.unlink(missing_ok=True)
    ledger.discard(run.conn, run.load_id)
    source_state.note_checked(run.conn, run.spec.slug)
    run.conn.commit()
    return LoadResult(None, "waiting", message=f"{message} Возможно, файл ещё записывается: подождём.")


def _refuse(run: Run, message: str, earlier: list[Load], name: str) -> LoadResult:
    """Mark the load of a file that cannot be loaded. The same file again is reported again but gets no second row."""
    conn, load_id = run.conn, run.load_id
    conn.rollback()
    if known := next((load for load in earlier if load.status == "refused"), None):
        ledger.discard(conn, load_id)
        load_id = known.load_id
    ledger.mark_refused(conn, load_id, message)
    source_state.note_checked(conn, run.spec.slug)
    conn.commit()
    return LoadResult(load_id, "refused", message=message, file_name=name)


def _withdraw_refusals(conn: psycopg.Connection, earlier: list[Load], result: LoadResult) -> None:
    """The file was refused before and has been read now."""
    for load in earlier:
        if load.status == "refused":
            ledger.withdraw_refusal(conn, load, result.load_id)
    conn.commit()
