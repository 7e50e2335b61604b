"""An archive lands as its files do: each a load of its own, a faulty one alone refused."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from mcu.landing.load import load_source
from mcu.settings import settings
from tests.landing.conftest import file_spec, rows

GOOD = "Номер;Дата создания;Тема;Текст;Автор\n" + "".join(f"И-{n};01.11.2026 10:00;Снег;Не чистят;\n" for n in range(9))
FAULTY = GOOD.replace("Тема", "Тематика обращения")


def drop(inbox: Path, members: dict[str, str]) -> Path:
    path = inbox / "выгрузка_2026-11-01.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path


def test_each_member_is_a_load(inbox: Path) -> None:
    path = drop(inbox, {"а_2026-11-02.csv": GOOD, "б.csv": FAULTY, "записка.doc": "x"})
    body = path.read_bytes()
    landed, refused = load_source(file_spec())
    assert (landed.status, landed.new) == ("landed", 9)
    assert (refused.status, refused.file_name) == ("refused", "выгрузка_2026-11-01.zip/б.csv")
    assert list(inbox.iterdir()) == []
    moment = "select distinct (source_updated_at at time zone 'Europe/Moscow')::text from raw.demo"
    assert rows(moment) == [("2026-11-02 00:00:00",)]
    kept = [p for p in settings().kept_files.iterdir() if p.is_file()]
    assert sorted(p.suffix for p in kept) == [".csv", ".csv", ".zip"]
    assert body in [p.read_bytes() for p in kept]
    assert [p for p in settings().kept_files.iterdir() if p.is_dir()] == []

    drop(inbox, {"а_2026-11-02.csv": GOOD})
    # The same file in another archive; the first load still waits for its gate.
    assert [result.status for result in load_source(file_spec())] == ["landed", "repeated"]


def test_an_archive_that_cannot_be_opened_is_refused_and_kept(inbox: Path) -> None:
    path = drop(inbox, {"а.csv": GOOD, "б.zip": "x"})
    body = path.read_bytes()
    os.utime(path, (0, 0))
    (refused,) = load_source(file_spec())
    assert refused.status == "refused" and "в нём другой архив" in refused.message
    ((kept,),) = rows("select file_kept from ops.loads")
    assert Path(kept).read_bytes() == body and list(inbox.iterdir()) == []
