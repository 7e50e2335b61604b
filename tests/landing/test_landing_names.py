"""Personal data in names reaches no table, message or letter; names that lead out of a folder are refused."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from mcu.connectors.files import Folder
from mcu.connectors.files.name_patterns import is_plain
from mcu.landing.load import load_source
from mcu.sources.spec import SourceSpec
from tests.landing.conftest import everything_in_the_database, file_spec, raw, rows

CANARIES = ("ветроход", "9460000001", "946 000-00-01", "vetrohodov@")
HEADER = "Номер;Дата создания;Тема;Текст;Автор"
ROW = "{ref};02.11.2026 10:00;Снег;Не чистят двор {place};"


def table(*refs: str, header: str = HEADER, tail: str = "") -> str:
    return "\n".join([header, *(ROW.format(ref=ref, place=place) + tail for place, ref in enumerate(refs))]) + "\n"


def loaded(spec: SourceSpec) -> str:
    """What people and tables got of one run."""
    results = load_source(spec)
    return everything_in_the_database().casefold() + " ".join(result.message for result in results).casefold()


def found(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def zipped(**members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_names_of_files_members_sheets_and_columns_are_masked(inbox: Path) -> None:
    (inbox / "Жалоба Ветроходова П.И. 89460000001.csv").write_text(table("1"))
    (inbox / "Жалоба Ветроходовой А.И. 89460000001.csv").write_text(table("2"))
    (inbox / "Ветроходов Пётр Ильич.pdf").write_text("%PDF")
    (inbox / "а.zip").write_bytes(zipped(**{"Ветроходов_Пётр_Ильич.csv": table("3"), "vetrohodov@example.org.csv": ""}))
    (inbox / "столбец.csv").write_text(table("4", header=HEADER + ";Ветроходов Пётр Ильич", tail=";"))
    (inbox / "похож.csv").write_text(table("5", header=HEADER.replace("Тема", "Тема Ветроходова П.И.")))
    book = Workbook()
    for title, ref in (("Ветроходов П.И.", "6"), ("8 946 000-00-01", "89460000001")):
        sheet = book.create_sheet(title)
        for line in table(ref).splitlines():
            sheet.append(line.split(";"))
    book.create_sheet("Ветроходова А.И.").append(["тел. 8 946 000-00-01"])
    book.save(inbox / "книга.xlsx")
    text = loaded(file_spec())
    assert {ref for ref, _ in raw()} == {"1", "2", "3", "4", "6"}
    assert found(text) == []
    names = {name for (name,) in rows("select file_name from ops.loads")}
    assert {"Жалоба [ФИО] [ТЕЛЕФОН].csv", "Жалоба [ФИО] [ТЕЛЕФОН] (2).csv", "а.zip/[ФИО].csv"} <= names


def test_a_number_that_is_a_person_is_rejected_and_not_stored(inbox: Path) -> None:
    spec = file_spec()
    (inbox / "а.csv").write_text(table("1", "89460000001", "Ветроходов П.И.", "vetrohodov@example.org", "2"))
    load_source(spec)
    assert {ref for ref, _ in raw()} == {"1", "2"}
    rejects = rows("select record_ref, reason_code, position, payload ->> 'number' from ops.rejects order by 3")
    assert rejects == [(None, "personal_id", f"файл, строка {line}", "[НОМЕР СКРЫТ]") for line in (3, 4, 5)]
    assert found(everything_in_the_database().casefold()) == []


def test_a_declared_pattern_decides_about_numbers(inbox: Path) -> None:
    spec = file_spec(record={"id": "number", "required": ["number"], "id_pattern": r"8\d{10}|\d{1,3}"})
    (inbox / "а.csv").write_text(table("1", "89460000009", "12345", "Ветроходов"))
    load_source(spec)
    assert {ref for ref, _ in raw()} == {"1", "89460000009"}
    assert rows("select reason_code, payload ->> 'number' from ops.rejects") == [("odd_id", "[НОМЕР СКРЫТ]")] * 2


def test_a_reject_shows_no_name_in_a_time_or_a_number(inbox: Path) -> None:
    times = ["created_at", "closed_at"]
    columns = {"number": "Номер", "created_at": "Дата создания", "closed_at": "Закрыто", "topic": "Тема"}
    spec = file_spec(
        connector=file_spec().connector.model_dump() | {"columns": columns, "required": ["number"]},
        record={"id": "number", "required": ["number", "topic"], "times": times},
        expected_fields=list(columns),
        personal={},
    )
    (inbox / "а.csv").write_text("Номер;Дата создания;Закрыто;Тема\n1;Ветроходов П.И.;8 946 000-00-01;\n")
    load_source(spec)
    assert rows("select reason_code from ops.rejects") == [("required_missing",)]
    assert found(everything_in_the_database().casefold()) == []


@pytest.mark.parametrize("name", ["../x.csv", "/etc/x.csv", "a/b.csv", "a\\b.csv", "a\x00.csv", "a\n.csv", "..", ""])
def test_a_name_that_leads_out_of_a_folder_is_no_plain_name(name: str) -> None:
    assert not is_plain(name)
    assert is_plain("выгрузка 05.11.2026 (2).csv") and is_plain("a..b.csv")


def test_a_refused_name_is_reported_and_does_not_stop_its_neighbours(inbox: Path) -> None:
    (inbox / "a\\..\\b.csv").write_text(table("1"))
    (inbox / "c.csv").write_text(table("2"))
    results = load_source(file_spec())
    assert {ref for ref, _ in raw()} == {"2"}
    assert [result.status for result in results] == ["landed", "failed"]
    assert "Переименуйте" in results[1].message and (inbox / "a\\..\\b.csv").exists()


def test_the_message_about_a_refused_name_is_one_masked_line(inbox: Path) -> None:
    (inbox / "Ветроходов\nПётр Ильич\r\n8 946 000-00-01\x1b[2J.csv").write_text(table("1"))
    (inbox / "c.csv").write_text(table("2"))
    _, refused = load_source(file_spec())
    for shown in (refused.message, str(refused.file_name)):
        assert len(shown.splitlines()) == 1 and "\x1b" not in shown and found(shown.casefold()) == []


def test_a_server_cannot_write_outside_the_folder_of_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mcu.connectors.files import SftpFolder
    from mcu.connectors.files.sftp_server import SftpServer

    listed = {"../../etc/x.csv": (1, 1), "..": (1, 1), "a\\b.csv": (1, 1), "c.csv": (1, 1)}
    monkeypatch.setattr(SftpServer, "do", lambda self, work: listed)
    connector = file_spec().connector
    folder: Folder = SftpFolder(connector, "sftp://u:p@h/inbox?fingerprint=SHA256:x")
    assert [path.name for path in folder.waiting()] == ["c.csv"]
    assert set(folder.refused_names) == {"../../etc/x.csv", "..", "a\\b.csv"}


def test_unknown_fields_are_masked_even_if_the_spec_expects_none(inbox: Path) -> None:
    connector = {"type": "files", "connection": "demo", "format": "json", "settle_seconds": 0}
    spec = file_spec(connector=connector, record={"id": "id"}, expected_fields=[], personal={})
    body = [{"id": "1", "Ветроходов Пётр Ильич": 1, "n": 89460000001, "in": {"vetrohodov@example.org": [79460000001]}}]
    (inbox / "а.json").write_text(json.dumps(body, ensure_ascii=False))
    text = loaded(spec)
    assert found(text) == [] and [ref for ref, _ in raw()] == ["1"]


def test_a_record_without_an_end_is_rejected_and_its_neighbours_land(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcu.landing.intake.LARGEST_RECORD", 10_000)
    (inbox / "а.csv").write_text(table("1") + "2;02.11.2026 10:00;Снег;" + "слово " * 5_000 + ";\n")
    load_source(file_spec())
    assert {ref for ref, _ in raw()} == {"1"}
    assert rows("select record_ref, reason_code, payload from ops.rejects") == [("2", "unwritable", {"number": "2"})]
