"""A folder on a real SFTP server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import sftp_server
from mcu.connectors.base import SourceError
from mcu.connectors.files import SftpFolder, read_file, signature
from mcu.connectors.params import Files

PARAMS = Files(type="files", connection="demo", columns={"number": "Номер", "text": "Текст"}, settle_seconds=0.05)
BODY = "Номер;Текст\n1;т\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """Its root, address and the fingerprint of its key."""
    root = tmp_path_factory.mktemp("sftp")
    with sftp_server.serve(root) as (host, fingerprint):
        yield root, host, fingerprint


def address(server: tuple[Path, str, str], password: str = sftp_server.PASSWORD, fingerprint: str = "") -> str:
    _, host, known = server
    return sftp_server.address(host, fingerprint or known, password)


@pytest.fixture
def inbox(server: tuple[Path, str, str]) -> Path:
    folder = server[0] / "inbox"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    return folder


def test_files_are_listed_fetched_and_taken_away(server: tuple[Path, str, str], inbox: Path) -> None:
    for age, name in enumerate(["новый.csv", "старый.csv"]):
        (inbox / name).write_text(BODY)
        os.utime(inbox / name, (1_700_000_000 - age * 100,) * 2)
    (inbox / "заметки.txt").write_text("x")
    folder = SftpFolder(PARAMS, address(server))
    paths = folder.waiting()
    assert [p.name for p in paths] == ["старый.csv", "новый.csv", "заметки.txt"]
    assert folder.is_settled(paths[0])
    folder.fetch(paths[0])
    assert paths[0].stat().st_mtime == 1_700_000_000 - 100
    assert paths[0].parent.stat().st_mode & 0o077 == 0
    assert [r["number"] for page in read_file(paths[0], PARAMS) for r in page.records] == ["1"]
    folder.remove(paths[0], signature(paths[0]))
    assert sorted(p.name for p in inbox.iterdir()) == ["заметки.txt", "новый.csv"]


def test_what_was_written_to_since_stays(server: tuple[Path, str, str], inbox: Path) -> None:
    (inbox / "а.csv").write_text(BODY)
    folder = SftpFolder(PARAMS, address(server))
    (path,) = folder.waiting()
    folder.fetch(path)
    (inbox / "а.csv").write_text(BODY + "2;т\n")
    folder.remove(path, signature(path))
    assert (inbox / "а.csv").exists()


def test_a_growing_file_is_not_settled(server: tuple[Path, str, str], inbox: Path) -> None:
    (inbox / "а.csv").write_text(BODY)
    folder = SftpFolder(PARAMS, address(server))
    (path,) = folder.waiting()
    (inbox / "а.csv").write_text(BODY * 2)
    assert not folder.is_settled(path)
    assert folder.is_settled(path)


def test_another_key_is_another_server(server: tuple[Path, str, str], inbox: Path) -> None:
    with pytest.raises(SourceError, match="ключ сервера не тот"):
        SftpFolder(PARAMS, address(server, fingerprint="SHA256:" + "A" * 43)).waiting()


def test_no_fingerprint_no_trust(server: tuple[Path, str, str]) -> None:
    with pytest.raises(SourceError, match="fingerprint=SHA256"):
        SftpFolder(PARAMS, address(server).partition("?")[0])


def test_a_wrong_password_is_reported_without_it(server: tuple[Path, str, str], inbox: Path) -> None:
    with pytest.raises(SourceError, match="вход отклонён") as caught:
        SftpFolder(PARAMS, address(server, password="не тот")).waiting()
    assert "не тот" not in str(caught.value)


def test_no_such_folder(server: tuple[Path, str, str], inbox: Path) -> None:
    with pytest.raises(SourceError, match="папки /нет"):
        SftpFolder(PARAMS, address(server).replace("/inbox", "/нет")).waiting()


def test_nobody_listens() -> None:
    with pytest.raises(SourceError, match="не отвечает"):
        SftpFolder(PARAMS, "sftp://a:b@127.0.0.1:1/x?fingerprint=SHA256:x").waiting()
