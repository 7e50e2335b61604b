"""A backup brings an installation back into an empty place, and gives nothing away to who finds it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from ground import free_port
from mcu.backup import back_up, check, restore, sealed, stored_backups
from mcu.backup.databases import DATABASES
from mcu.backup.restore import PlaceInUse, PlaceNotEmpty
from mcu.backup.sealed import CannotOpen, SealedReader, SealedWriter, opened
from mcu.backup.stored import BackupBroken
from mcu.errors import UserError
from mcu.secrets import SecretMissing, put_secret, secret
from mcu.settings import settings
from mcu.warehouse import embedded
from mcu.warehouse.connect import admin_url, connect, url
from table_sums import table_sums

NAME = "Ветроходов Пётр Ильич"


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_SECRET_BACKUP_PASSPHRASE", "верная лошадь скоба батарея")


@pytest.fixture
def place(empty_warehouse: Path) -> Path:
    """An installation with a load, a mart, tables of Airflow and Superset, a kept file and a publication."""
    with connect("loader") as conn:
        conn.execute("insert into ops.loads (source_slug, status, message) values ('pos', 'accepted', 'Принято')")
    with connect("transformer") as conn:
        conn.execute("drop table if exists marts.drill")
        conn.execute("create table marts.drill as select n, 'обращение ' || n as title from generate_series(1, 5000) n")
    for role in ("airflow", "superset"):
        with connect(role) as conn:
            conn.execute("create table if not exists drill as select n, md5(n::text) from generate_series(1, 100) n")
    for path in ("files/ab/cd.xlsx", "publications/indicators/2026-10/r1/package.json"):
        (settings().var / path).parent.mkdir(parents=True, exist_ok=True)
        (settings().var / path).write_text(NAME, encoding="utf-8")
    return settings().var


@pytest.fixture
def backup(place: Path, tmp_path: Path) -> Path:
    secret("pepper")
    return back_up(tmp_path / "backups").folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """Go to an empty machine: other folders, another port, no secret, no cluster."""
    change = pytest.MonkeyPatch()

    def go() -> None:
        change.setenv("MCU_VAR", str(tmp_path / "elsewhere"))
        change.setenv("MCU_PG_PORT", str(free_port()))
        settings.cache_clear()

    go()
    yield tmp_path / "elsewhere"
    embedded.stop()
    change.undo()
    settings.cache_clear()


def test_no_piece_of_a_part_can_be_cut_moved_or_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "_PIECE", 100)
    path, content = tmp_path / "part.enc", bytes(range(250)) * 4
    with SealedWriter(path, "фраза") as writer:
        for start in range(0, len(content), 70):
            writer.write(content[start : start + 70])
    whole = path.read_bytes()
    assert SealedReader(path, "фраза").read() == content
    head = len(whole) - 10 * 116
    pieces = [whole[start : start + 116] for start in range(head, len(whole), 116)]
    assert b"".join([whole[:head], *pieces]) == whole and len(pieces) == 10
    for changed in (pieces[:-1], pieces[1:], [pieces[1], pieces[0], *pieces[2:]], [*pieces, pieces[-1]], []):
        path.write_bytes(b"".join([whole[:head], *changed]))
        with pytest.raises(CannotOpen):
            b"".join(opened(path, "фраза"))


def tables() -> dict[str, str]:
    return table_sums(DATABASES, admin_url)


def test_a_restored_place_equals_the_first(backup: Path, request: pytest.FixtureRequest) -> None:
    before, pepper = tables(), secret("pepper")
    elsewhere = request.getfixturevalue("elsewhere")
    result = restore(backup)
    assert tables() == before and {"mcu.marts.drill", "airflow.drill", "superset.drill"} <= before.keys()
    assert secret("pepper") == pepper
    for path in ("files/ab/cd.xlsx", "publications/indicators/2026-10/r1/package.json"):
        assert (elsewhere / path).read_text(encoding="utf-8") == NAME
    with connect("loader") as conn:  # its grant came back too
        assert conn.execute("select count(*) from marts.drill").fetchone() == (5000,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connect("reader") as conn:
        conn.execute("select from ops.loads")
    print("restored, s:", result.seconds)


def test_a_place_with_data_is_refused_unless_asked(backup: Path) -> None:
    before = tables()
    with pytest.raises(PlaceNotEmpty, match="--replace"):
        restore(backup)
    with connect("loader") as conn:
        conn.execute("delete from ops.loads")
    shutil.rmtree(settings().var / "files")
    with pytest.raises(PlaceNotEmpty, match="publications"):
        restore(backup)
    restore(backup, replace=True)
    assert tables() == before and (settings().var / "files/ab/cd.xlsx").is_file()


def test_nothing_is_restored_under_a_running_platform(backup: Path) -> None:
    with psycopg.connect(url("airflow")), pytest.raises(PlaceInUse, match="mcu down"):
        restore(backup, replace=True)


def test_a_backup_gives_nothing_away(backup: Path) -> None:
    found = b"".join(path.read_bytes() for path in backup.iterdir())
    for needle in (NAME, secret("pepper"), "обращение 17", "cd.xlsx"):
        assert needle.encode() not in found
    assert backup.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("part", ["mcu.dump.enc", "secrets.json.enc"])
def test_a_changed_part_is_found_before_anything_is_touched(backup: Path, part: str) -> None:
    before = tables()
    path = backup / part
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    with pytest.raises(BackupBroken, match=part):
        restore(backup, replace=True)
    manifest = json.loads((backup / "manifest.json").read_text())
    from hashlib import sha256

    for entry in manifest["parts"]:  # a forger writes the checksum too: the encryption itself notices
        entry["sha256"] = sha256((backup / entry["name"]).read_bytes()).hexdigest()
    (backup / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(CannotOpen, match=part):
        restore(backup, replace=True)
    assert tables() == before


def test_another_passphrase_opens_nothing(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_SECRET_BACKUP_PASSPHRASE", "другая")
    with pytest.raises(CannotOpen, match="парольная фраза не та"):
        check(backup)


def test_another_pepper_is_refused(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_SECRET_PEPPER", "другой")
    with pytest.raises(UserError, match="MCU_SECRET_PEPPER"):
        restore(backup, replace=True)


def test_a_place_that_lost_its_pepper_gets_it_back(backup: Path) -> None:
    before = secret("pepper")
    put_secret("pepper", "made anew by mistake")
    restore(backup, replace=True)
    assert secret("pepper") == before


def test_without_a_passphrase_there_is_no_backup(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is never generated: a phrase that only this disk knows is lost with it."""
    monkeypatch.delenv("MCU_SECRET_BACKUP_PASSPHRASE")
    with pytest.raises(SecretMissing, match="BACKUP_PASSPHRASE"):
        back_up(tmp_path / "backups")
    assert stored_backups(tmp_path / "backups") == []


def test_old_backups_go_and_a_broken_off_one_is_swept(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tmp_path / "backups"
    (where / ".draft").mkdir(parents=True)
    (where / ".draft" / "mcu.dump.enc").write_bytes(b"half")
    monkeypatch.setattr(settings(), "backups_kept", 1)
    first = where / "2026-01-01T00-00-00Z"
    shutil.copytree(back_up(where).folder, first)
    result = back_up(where)
    assert first.name in result.deleted and stored_backups(where) == [result.folder]
    assert not (where / ".draft").exists()
    assert check(result.folder) == result.manifest


def test_a_backup_made_in_the_second_of_another_has_a_name_of_its_own(place: Path, tmp_path: Path) -> None:
    where = tmp_path / "backups"
    now = datetime.now(UTC).replace(microsecond=0)
    taken = [f"{now + timedelta(seconds=s):%Y-%m-%dT%H-%M-%SZ}" for s in range(2)]
    for name in taken:
        (where / name).mkdir(parents=True)
        (where / name / "file").touch()
    assert back_up(where).folder.name not in taken


def test_a_dump_that_fails_leaves_no_backup(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcu.backup.databases.DATABASES", ("mcu", "missing"))
    with pytest.raises(UserError, match="База missing: pg_dump не выполнен"):
        back_up(tmp_path / "backups")
    assert stored_backups(tmp_path / "backups") == []
