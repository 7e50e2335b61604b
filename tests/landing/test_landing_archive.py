"""Each file of an archive is a load; only a faulty one is refused. A folder on an SFTP server and a source of a
published format land like any other."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from mcu.landing.load import load_source
from mcu.privacy.pepper import PepperRefused, guard
from mcu.secrets import put_secret
from mcu.settings import settings
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect
from sftp_server import address, serve
from tests.landing.conftest import everything_in_the_database, file_spec, rows

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
    landed, refused, foreign = load_source(file_spec())
    assert (landed.status, landed.new) == ("landed", 9)
    assert (refused.status, refused.file_name) == ("refused", "выгрузка_2026-11-01.zip/б.csv")
    assert (foreign.status, foreign.file_name) == ("refused", "выгрузка_2026-11-01.zip/записка.doc")
    assert list(inbox.iterdir()) == []
    moment = "select distinct (source_updated_at at time zone 'Europe/Moscow')::text from raw.demo"
    assert rows(moment) == [("2026-11-02 00:00:00",)]
    stored = [p for p in settings().kept_files.iterdir() if p.is_file()]
    assert sorted(p.suffix for p in stored) == [".csv", ".csv", ".doc", ".zip"]
    assert body in [p.read_bytes() for p in stored]
    assert [p for p in settings().kept_files.iterdir() if p.is_dir()] == []

    drop(inbox, {"а_2026-11-02.csv": GOOD})
    # The same file in another archive; the first load still waits for its gate.
    assert [result.status for result in load_source(file_spec())] == ["landed", "repeated"]


def test_an_archive_that_cannot_be_opened_is_refused_and_stored(inbox: Path) -> None:
    path = drop(inbox, {"а.csv": GOOD, "б.zip": "x"})
    body = path.read_bytes()
    os.utime(path, (0, 0))
    (refused,) = load_source(file_spec())
    assert refused.status == "refused" and "в нём другой архив" in refused.message
    ((stored,),) = rows("select file_kept from ops.loads")
    assert Path(stored).read_bytes() == body and list(inbox.iterdir()) == []


def test_a_folder_on_an_sftp_server(empty_warehouse: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name, body in {"а_2026-11-02.csv": GOOD, "б_2026-11-03.csv": FAULTY}.items():
        (inbox / name).write_text(body)
    with serve(tmp_path) as (host, fingerprint):
        put_secret("conn_demo", address(host, fingerprint))
        landed, refused = load_source(file_spec())
    assert (landed.status, landed.new, refused.status) == ("landed", 9, "refused")
    assert list(inbox.iterdir()) == []
    assert "p@ss" not in everything_in_the_database()


def test_a_record_that_breaks_a_rule_of_its_format_is_rejected_with_the_rule(inbox: Path) -> None:
    question = {"code": "0005.0005.0056.1161", "incomingDate": "2026-11-02", "registrationDate": "2026-11-03"}
    known = {"departmentId": "00000000-0000-4000-8000-000000000001", "isDirect": True, "format": "Other"}
    person = {"name": "Ветроходов Пётр Ильич", "email": "pochta.1@example.com", "address": "кв. 9"}
    numbers = {"О-1": {"status": "InWork"}, "О-2": {"status": "Answered"}, "О-3": {"status": "Ветроходов Пётр Ильич"}}
    appeals = [known | person | {"number": n, "questions": [question | own]} for n, own in numbers.items()]
    (inbox / "x_2026-11-04.json").write_text(json.dumps(appeals))
    sstu = get_source("sed_sstu").model_dump(mode="json") | {"slug": "demo"}
    sstu["connector"] |= {"connection": "demo", "settle_seconds": 0}
    (landed,) = load_source(SourceSpec.model_validate(sstu))
    assert (landed.new, landed.rejected) == (1, 2)
    assert rows("select record_ref, reason_code, reason from ops.rejects order by 1") == [
        ("О-2", "rule_broken", "Нарушены правила формата: questions.1.responseDate: нужно при статусе Answered"),
        (
            "О-3",
            "rule_broken",
            "Нарушены правила формата: questions.1.status: нет такого значения в справочнике формата",
        ),
    ]
    assert "Ветроходов" not in everything_in_the_database()
    assert "example.com" not in everything_in_the_database()


def test_a_wrong_pepper_is_not_reported_for_each_file_of_an_archive(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(inbox, {"а.csv": GOOD, "б.csv": GOOD})
    with connect("loader") as conn:
        guard(conn)
    monkeypatch.setenv("MCU_SECRET_PEPPER", "another")
    with pytest.raises(PepperRefused):
        load_source(file_spec())
    assert path.exists()
