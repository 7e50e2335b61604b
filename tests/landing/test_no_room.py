"""A full disk, a folder that cannot be written, no free connection: words, no open row, and nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from ground import ROOT
from mcu import leftovers
from mcu.cli import app
from mcu.errors import UserError
from mcu.landing import ledger
from mcu.landing.load import load_source
from mcu.runtime import sweep as sweeping
from mcu.runtime.sweep import sweep
from mcu.settings import settings
from mcu.warehouse.connect import connect
from mcu.warehouse.faults import DatabaseDown
from tests.landing.conftest import file_spec, rest_spec, rows
from tests.landing.server import Source

HEAD = "Номер;Дата создания;Тема;Текст;Автор\n"
ROW = "{};01.11.2026 10:00;Дороги;Яма;\n"


def drop(folder: Path, name: str, count: int) -> None:
    (folder / name).write_text(HEAD + "".join(ROW.format(f"{name}-{n}") for n in range(count)))


def open_rows() -> list[tuple]:
    return rows("select source_slug, status from ops.loads where status in ('running', 'landed')")


def accept_all(slug: str = "demo") -> None:
    for (load_id,) in rows("select load_id from ops.loads where source_slug = %s and status = 'landed'", slug):
        ledger.accept(load_id)


LOAD = """
import resource, signal
from mcu.landing.load import load_source
from tests.landing.conftest import file_spec
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    for result in load_source(file_spec()):
        print(result.status, result.message)
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_full_disk_stops_the_file_that_does_not_fit_and_not_its_neighbour(inbox: Path) -> None:
    """A limit on the size of a file stands for the disk: the kernel refuses the write in the same place."""
    drop(inbox, "2026-11-01 большой.csv", 2_000)
    drop(inbox, "2026-11-02 малый.csv", 10)
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"}
    done = subprocess.run([sys.executable, "-c", LOAD], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    large, small = done.stdout.splitlines()
    assert large.startswith("failed На диске нет места.") and "Освободите его" in large
    assert small.startswith("landed") and "Traceback" not in done.stderr
    assert not list(settings().kept_files.glob(".*"))
    assert (inbox / "2026-11-01 большой.csv").exists() and not (inbox / "2026-11-02 малый.csv").exists()
    accept_all()
    load_source(file_spec())  # there is room again
    accept_all()
    assert rows("select count(*) from raw.demo") == [(2_010,)] and open_rows() == []


def test_a_store_that_cannot_be_written_is_named(inbox: Path) -> None:
    drop(inbox, "a.csv", 3)
    settings().kept_files.parent.mkdir(parents=True, exist_ok=True)
    settings().kept_files.write_text("a file where the folder should be")
    try:
        with pytest.raises(UserError, match=r"Нельзя писать: .*files"):
            load_source(file_spec())
    finally:
        settings().kept_files.unlink()
    assert open_rows() == [] and (inbox / "a.csv").exists()
    load_source(file_spec())
    accept_all()
    assert rows("select count(*) from raw.demo") == [(3,)]


def test_a_database_without_room_or_gone_is_a_passing_fault(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("mcu.landing.raw_writer.RawWriter.write", full)
        with pytest.raises(DatabaseDown, match=r"Источник «Проба».*нет места"):  # Airflow tries it again
            load_source(rest_spec())
    assert rows("select status from ops.loads") == [("failed",)]
    load_source(rest_spec())
    accept_all()
    assert rows("select count(*) from raw.demo") == [(25,)]


def test_no_free_connection_is_one_line(warehouse: Path) -> None:
    with connect("admin", autocommit=True) as admin:
        ((limit,),) = admin.execute("select rolconnlimit from pg_roles where rolname = 'mcu_loader'").fetchall()
        admin.execute("alter role mcu_loader connection limit 0")
        try:
            shown = CliRunner().invoke(app, ["loads", "list"])
        finally:
            admin.execute(f"alter role mcu_loader connection limit {limit}")
    assert shown.exit_code == 1
    assert shown.output.strip() == "Ошибка: База данных: заняты все соединения. Подождите минуту и повторите."


def test_a_draft_of_a_dead_process_is_swept_and_that_of_a_living_one_is_not(installation: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    kept, var = settings().kept_files, settings().var
    packages, properties = var / "publications" / "indicators", var / "dbt" / "properties"
    for folder in (kept, packages, properties, var / "inbox" / "mail"):
        folder.mkdir(parents=True, exist_ok=True)
    mine = [kept / f".{os.getpid()}.draft", leftovers.folder() / f"{leftovers.prefix('sftp')}x", kept / "abc.csv",
            packages / "2031-01", properties / "sources.yml",
            var / "inbox" / "mail" / ".new.csv.draft"]  # fmt: skip  # a table
    left = [kept / f".{dead.pid}.draft", kept / f".unpacked-{dead.pid}-x", leftovers.folder() / f"sftp-{dead.pid}-x",
            packages / f".2031-01.{dead.pid}", properties / f"sources.{dead.pid}",
            var / "inbox" / "mail" / ".old.csv.draft"]  # fmt: skip  # a table
    for path in (*mine, *left):
        path.mkdir() if path.suffix in ("", ".x") and "sftp" in path.name else path.write_text("x")
    os.utime(left[-1], (1_700_000_000,) * 2)
    assert set(leftovers.sweep()) == set(left)
    assert all(path.exists() for path in mine) and not any(path.exists() for path in left)
    for path in mine:
        path.rmdir() if path.is_dir() else path.unlink()


# ---------------------------------------------------------------- the ledgers


def open_load(slug: str) -> int:
    with connect("loader") as conn:
        return ledger.open_load(conn, slug, ledger.Window())[0]


def test_what_no_process_runs_any_more_is_ended_with_a_reason(source: Source) -> None:
    alive, dead = open_load("alive"), open_load("dead")
    with connect("loader") as conn, connect("transformer", autocommit=True) as calculating:
        conn.execute("insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status)"
                     " values (now(), 0, 'x', true, 'running')")  # fmt: skip  # a table
        conn.commit()
        conn.execute("select pg_advisory_lock(hashtext('mcu.load'), hashtext('alive'))")
        calculating.execute("select pg_advisory_lock(hashtext('mcu.transform'))")
        assert sweep() == ["Источник dead: прерванных загрузок отмечено: 1."]
        assert rows("select load_id, status from ops.loads order by 1") == [(alive, "running"), (dead, "failed")]
    assert sweep() == ["Источник alive: прерванных загрузок отмечено: 1.", "Прерванных расчётов витрин отмечено: 1."]
    assert sweep() == [] and rows("select status, message is not null from ops.transform_runs") == [("failed", True)]


def test_a_load_that_waits_for_its_gate_for_ever_is_judged_or_ended(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its source is not loaded any more: nobody else would judge it."""
    monkeypatch.setattr(sweeping, "_UNJUDGED_MINUTES", 0)
    load_source(rest_spec())
    ((load_id,),) = rows("select load_id from ops.loads where status = 'landed'")
    (said,) = sweep()
    assert f"№ {load_id}" in said and f"mcu loads replay {load_id}" in said
    assert open_rows() == [] and rows("select count(*) from raw.demo") == [(25,)]
