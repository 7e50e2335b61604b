"""The runbook's way back to a minute, with the server's own configuration, base backup and archive."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ground import ROOT, free_port
from mcu.warehouse import embedded
from mcu.warehouse.binaries import program

MOUNTED = ROOT / "plugins" / "mcu" / "server" / "etc"
PASSWORD = "postgres"


class Server:
    """A PostgreSQL of the server's configuration; only its folders are the test's."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.identity: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = embedded._system_user()
            self.identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        for folder in ("archive/wal", "archive/base"):
            (home / folder).mkdir(parents=True)
        configuration = (MOUNTED / "postgresql.conf").read_text().replace("/archive/", f"{home}/archive/")
        small = f"shared_buffers = '32MB'\nunix_socket_directories = ''\nport = {self.port}\n"
        (home / "postgresql.conf").write_text(configuration + small)
        shutil.copy(MOUNTED / "pg_hba.conf", home)
        (home / "password").write_text(PASSWORD)
        if self.identity:
            subprocess.run(["chown", "-R", str(self.identity["user"]), home], check=True)
            for parent in home.parents:
                parent.chmod(parent.stat().st_mode | 0o011)

    def run(self, name: str, *arguments: str, **env: str) -> None:
        path = f"{program('initdb').parent}:{os.environ['PATH']}"
        subprocess.run(
            ["env", f"PATH={path}", name, *arguments],
            check=True, cwd=self.home, env={"PATH": path, **env}, stdout=subprocess.DEVNULL, **self.identity,
        )  # fmt: skip  # a table

    def start(self, data: Path) -> None:
        files = f"-c config_file={self.home}/postgresql.conf -c hba_file={self.home}/pg_hba.conf"
        self.run("pg_ctl", "-D", str(data), "-l", str(self.home / "log"), "-w", "-o", files, "start")

    def connect(self) -> psycopg.Connection:
        at = f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/postgres"
        return psycopg.connect(at, autocommit=True)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    for data in ("data", "back"):
        if (tmp_path / data / "postmaster.pid").exists():
            server.run("pg_ctl", "-D", str(tmp_path / data), "-m", "immediate", "stop")


def test_back_to_the_moment_before_a_table_was_dropped(server: Server) -> None:
    data, archive = server.home / "data", server.home / "archive"
    server.run("initdb", "-D", str(data), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={server.home}/password")
    server.start(data)
    with server.connect() as conn:
        conn.execute("create role mcu_backup login replication password 'backup'")
        conn.execute("create table kept as select generate_series(1, 1000) as n")
    access = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "mcu_backup", "PGPASSWORD": "backup"}
    server.run("sh", str(MOUNTED / "base-backup.sh"), str(archive), "once", **access)
    (base,) = (archive / "base").iterdir()
    with server.connect() as conn:
        conn.execute("insert into kept select generate_series(1001, 1500)")
        (moment,) = conn.execute("select clock_timestamp()").fetchone() or (None,)
        time.sleep(0.2)
        conn.execute("drop table kept")
        conn.execute("select pg_switch_wal()")
        wait_for_archive(conn)
    server.run("pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")

    began = time.monotonic()
    back = server.home / "back"
    server.run("cp", "-a", str(base), str(back))
    (back / "recovery.signal").touch()
    (back / "postgresql.auto.conf").write_text(
        f"restore_command = 'cp {archive}/wal/%f %p'\nrecovery_target_time = '{moment}'\n"
        "recovery_target_action = 'promote'\n"
    )
    server.start(back)
    with server.connect() as conn:
        while conn.execute("select pg_is_in_recovery()").fetchone() == (True,):
            time.sleep(0.1)
        assert conn.execute("select count(*), max(n) from kept").fetchone() == (1500, 1500)
    print(f"back after {time.monotonic() - began:.1f} s")


def test_what_no_base_backup_needs_leaves_the_archive(server: Server) -> None:
    """Seven base backups stay; the eighth takes the oldest one and its log away."""
    data, archive = server.home / "data", server.home / "archive"
    server.run("initdb", "-D", str(data), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={server.home}/password")
    server.start(data)
    with server.connect() as conn:
        conn.execute("create role mcu_backup login replication password 'backup'")
        conn.execute("select pg_switch_wal()")
        wait_for_archive(conn)
    early = set((archive / "wal").iterdir())
    access = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "mcu_backup", "PGPASSWORD": "backup"}
    server.run("sh", str(MOUNTED / "base-backup.sh"), str(archive), "once", **access)
    (base,) = (archive / "base").iterdir()
    for day in range(1, 8):
        server.run("cp", "-a", str(base), str(archive / "base" / f"2026-01-0{day}T00-00-00Z"))
    shutil.rmtree(archive / "base" / "2026-01-01T00-00-00Z")
    server.run("sh", str(MOUNTED / "base-backup.sh"), str(archive), "once", **access)
    stay = sorted(path.name for path in (archive / "base").iterdir())
    assert len(stay) == 7 and stay[0] == "2026-01-03T00-00-00Z" and base.name in stay
    needed = next(line for line in (base / "backup_label").read_text().splitlines() if line.startswith("START WAL"))
    first = needed.split("(file ")[1].rstrip(")")
    names = {path.name[:24] for path in (archive / "wal").iterdir() if not path.name.startswith(".")}
    assert names and min(names) >= first and any(path.name[:24] < first for path in early)


def wait_for_archive(conn: psycopg.Connection) -> None:
    """Until the archiver has taken all finished segments."""
    until = time.monotonic() + 30
    query = "select last_archived_wal >= pg_walfile_name(pg_switch_wal()) or archived_count > 1 from pg_stat_archiver"
    while conn.execute(query).fetchone() != (True,):
        assert time.monotonic() < until, "the archive gets nothing"
        time.sleep(0.2)
