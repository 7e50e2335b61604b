"""ZIP archives as programs of offices write them, and as bad people do."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from mcu.connectors.files import FileRefused, FileTorn, archive, read_file, unpack
from mcu.connectors.params import Files

PARAMS = Files(type="files", connection="demo", columns={"number": "Номер", "text": "Текст"}, required=["number"])


def csv_of(*numbers: int) -> str:
    return "Номер;Текст\n" + "".join(f"{n};т\n" for n in numbers)


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in members.items():
            file.writestr(name, body)
    return path


def test_each_member_is_read_and_others_are_left(tmp_path: Path) -> None:
    body: dict[str, str | bytes] = {
        "ноябрь/б.csv": csv_of(2),
        "а.csv": csv_of(1),
        "прочти.doc": "x",
        "__MACOSX/а.csv": "x",
    }
    path = zipped(tmp_path / "a.zip", body)
    pages = list(read_file(path, PARAMS))
    assert [r["number"] for page in pages for r in page.records] == ["1", "2"]
    assert pages[1].position(0) == "«ноябрь/б.csv», файл, строка 2"


@pytest.mark.parametrize("encoding", ["cp866", "utf-8"])
def test_names_without_the_utf8_mark(tmp_path: Path, encoding: str) -> None:
    path = zipped(tmp_path / "a.zip", {"XXXXXX.csv": csv_of(1)})
    name = "Журнал.csv" if encoding == "cp866" else "Акт.csv"
    raw = name.encode(encoding)
    assert len(raw) == 10
    path.write_bytes(path.read_bytes().replace(b"XXXXXX.csv", raw))
    (member,) = unpack(path, PARAMS, tmp_path, "a.zip")
    assert member.name == f"a.zip/{name}"


def test_a_path_out_of_the_archive_leads_nowhere(tmp_path: Path) -> None:
    into = tmp_path / "into"
    into.mkdir()
    (member,) = unpack(zipped(tmp_path / "a.zip", {"../../чужое.csv": csv_of(1)}), PARAMS, into, "a.zip")
    assert member.path.parent == into
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "into"]


def test_a_nested_archive(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "b.zip", {"а.csv": csv_of(1)}).read_bytes()
    path = zipped(tmp_path / "a.zip", {"а.csv": csv_of(1), "ещё.zip": inner})
    with pytest.raises(FileRefused, match="в нём другой архив"):
        list(read_file(path, PARAMS))


def test_a_password(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"а.csv": csv_of(1)})
    body = bytearray(path.read_bytes())
    body[body.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(body)
    with pytest.raises(FileRefused, match="защищён паролем"):
        list(read_file(path, PARAMS))


def test_nothing_to_read_in_it(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"нет файлов \*\.xlsx, \*\.csv"):
        list(read_file(zipped(tmp_path / "a.zip", {"прочти.doc": "x"}), PARAMS))


def test_a_bomb_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 1_000_000)
    path = zipped(tmp_path / "a.zip", {"а.csv": bytes(1_000_001)})
    with pytest.raises(FileRefused, match="слишком велик"):
        unpack(path, PARAMS, tmp_path, "a.zip")
    assert not list(tmp_path.glob("*.csv"))


def test_a_bomb_that_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory promises ten bytes; three million come."""
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 1_000_000)
    path = zipped(tmp_path / "a.zip", {"а.csv": bytes(3_000_000)})
    size, lie = struct.pack("<L", 3_000_000), struct.pack("<L", 10)
    assert path.read_bytes().count(size) == 2
    path.write_bytes(path.read_bytes().replace(size, lie))
    with pytest.raises(FileRefused, match="слишком велик"):
        unpack(path, PARAMS, tmp_path, "a.zip")
    assert max(p.stat().st_size for p in tmp_path.glob("*.csv")) <= 1_000_000


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_half_written(tmp_path: Path, share: float) -> None:
    path = zipped(tmp_path / "a.zip", {"а.csv": csv_of(*range(500))})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(FileTorn, match="записан не до конца"):
        list(read_file(path, PARAMS))


def test_a_damaged_member(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"а.csv": csv_of(*range(500))})
    body = bytearray(path.read_bytes())
    body[60:80] = bytes(20)
    path.write_bytes(body)
    with pytest.raises(FileTorn, match="повреждён"):
        list(read_file(path, PARAMS))
