"""ZIP, TAR and GZIP archives as programs of offices write them, and as bad people do."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from mcu.connectors.files import FileRefused, FileTorn, archive, is_readable, read_file, unpack
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


# ---------------------------------------------------------------- TAR and GZIP


def tarred(path: Path, members: dict[str, str], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as file:
        for name, body in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(body.encode())
            file.addfile(info, io.BytesIO(body.encode()))
    return path


def numbers(path: Path) -> list[str]:
    return [r["number"] for page in read_file(path, PARAMS) for r in page.records]


@pytest.mark.parametrize(
    ("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz"), ("АРХИВ.TGZ", "w:gz")]
)
def test_each_member_of_a_tar_is_read(tmp_path: Path, name: str, mode: str) -> None:
    path = tarred(tmp_path / name, {"ноябрь/б.csv": csv_of(2), "а.csv": csv_of(1), "прочти.doc": "x"}, mode)
    assert numbers(path) == ["1", "2"]
    assert [m.name for m in unpack(path, PARAMS, tmp_path, name)] == [
        f"{name}/{n}" for n in ("а.csv", "ноябрь/б.csv", "прочти.doc")
    ]


@pytest.mark.parametrize(
    ("name", "noted", "member"),
    [
        ("выгрузка.csv.gz", "", "выгрузка.csv"),
        ("выгрузка.gz", "a.csv", "a.csv"),
        ("выгрузка.csv.gz", "б.txt", "выгрузка.csv"),
    ],
)
def test_one_file_in_gzip(tmp_path: Path, name: str, noted: str, member: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file, gzip.GzipFile(filename=noted, mode="wb", fileobj=file) as packed:
        packed.write(csv_of(1, 2).encode())
    assert numbers(path) == ["1", "2"]
    assert [m.name for m in unpack(path, PARAMS, tmp_path, name)] == [f"{name}/{member}"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
@pytest.mark.parametrize(("name", "mode"), [("a.tar", "w"), ("a.tgz", "w:gz"), ("a.csv.gz", "")])
def test_half_of_a_tar_or_gzip(tmp_path: Path, name: str, mode: str, share: float) -> None:
    path, body = tmp_path / name, csv_of(*range(9_000))
    if mode:
        tarred(path, {"а.csv": body}, mode)
    else:
        path.write_bytes(gzip.compress(body.encode()))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(FileTorn, match=r"записан не до конца|повреждён"):
        numbers(path)


def test_a_tar_that_ends_between_two_members(tmp_path: Path) -> None:
    path = tarred(tmp_path / "a.tar", {"a.csv": csv_of(1), "b.csv": csv_of(2)})
    path.write_bytes(path.read_bytes()[:1024])
    with pytest.raises(FileTorn, match="записан не до конца"):
        numbers(path)


def test_bombs_of_tar_and_gzip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 1_000_000)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(bytes(3_000_000)))
    tarred(tmp_path / "a.tgz", {"а.csv": "x" * 3_000_000}, "w:gz")
    tarred(tmp_path / "left.tgz", {"__MACOSX/а.csv": "x" * 3_000_000, "а.csv": csv_of(1)}, "w:gz")
    for path in sorted(tmp_path.glob("*gz")):
        with pytest.raises(FileRefused, match="слишком велик"):
            unpack(path, PARAMS, tmp_path, path.name)
    assert max((p.stat().st_size for p in tmp_path.glob("*.csv")), default=0) <= 1_000_000


def test_a_tar_of_too_many_files_or_too_long_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    tarred(tmp_path / "a.tgz", {f"{n}.csv": csv_of(n) for n in range(4)}, "w:gz")
    with pytest.raises(FileRefused, match="больше 3 файлов"):
        numbers(tmp_path / "a.tgz")
    tarred(tmp_path / "b.tgz", {"ы" * 100_000 + ".csv": csv_of(1)}, "w:gz")
    with pytest.raises(FileRefused, match="повреждён"):
        numbers(tmp_path / "b.tgz")


def test_a_link_is_no_file(tmp_path: Path) -> None:
    path = tarred(tmp_path / "a.tar", {"а.csv": csv_of(1)})
    with tarfile.open(path, "a") as file:
        link = tarfile.TarInfo("б.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(link)
    with pytest.raises(FileRefused, match=r"б\.csv» пуст"):
        numbers(path)


@pytest.mark.parametrize("inner", ["б.zip", "б.tar.gz", "б.rar", "б.7z", "б.xz"])
def test_an_archive_in_a_tar(tmp_path: Path, inner: str) -> None:
    with pytest.raises(FileRefused, match="в нём другой архив"):
        numbers(tarred(tmp_path / "a.tgz", {"а.csv": csv_of(1), inner: "x"}, "w:gz"))


def test_a_name_in_the_code_page_of_windows(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w", encoding="cp1251", format=tarfile.GNU_FORMAT) as file:
        info = tarfile.TarInfo("Выгрузка за ноябрь.csv")
        info.size = len(csv_of(1).encode())
        file.addfile(info, io.BytesIO(csv_of(1).encode()))
    (member,) = unpack(tmp_path / "a.tar", PARAMS, tmp_path, "a.tar")
    assert member.name == "a.tar/Выгрузка за ноябрь.csv"


def test_who_reads_no_zip_reads_no_gzip(tmp_path: Path) -> None:
    given = PARAMS.model_copy(update={"patterns": ["*.csv"]})
    assert not is_readable("a.csv.gz", given) and not is_readable("a.zip", given)
    assert is_readable("a.csv.gz", PARAMS) and is_readable("a.tgz", PARAMS) and not is_readable("a.rar", PARAMS)
