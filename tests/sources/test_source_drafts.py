"""A spec and a staging model drafted from an example file: what is guessed and what is left to a person."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import yaml

from ground import ROOT
from mcu.connectors.params import Files
from mcu.errors import UserError
from mcu.onboarding import draft as draft_module
from mcu.onboarding.draft import new_source
from mcu.onboarding.guess import Guess
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec


def draft(example: Path, overlay: Path, *, is_api: bool = False) -> tuple[SourceSpec, Guess]:
    made = new_source("novy", example, overlay, is_api=is_api)
    return get_source("novy"), made.guess


def columns(spec: SourceSpec) -> dict[str, str]:
    assert isinstance(spec.connector, Files)
    return spec.connector.columns


def csv_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "образец.csv"
    path.write_bytes(text.encode(encoding))
    return path


JOURNAL = """Журнал;;;;;
Рег. №;Дата поступления;Заявитель;Суть;Статус;Дата рождения
1;20.11.2026 10:00;Ветроходов Пётр Ильич;Не чистят снег;Новое;01.01.1990
2;20.11.2026 11:00;Ветроходова Анна Ильинична;Темно;Новое;02.02.1991
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_a_journal_below_a_title(tmp_path: Path, overlay: Path, encoding: str) -> None:
    spec, guessed = draft(csv_file(tmp_path, JOURNAL, encoding), overlay)
    assert columns(spec) == {
        "number": "Рег. №",
        "received_at": "Дата поступления",
        "author": "Заявитель",
        "text": "Суть",
        "status": "Статус",
        "birth": "Дата рождения",
    }
    assert (spec.record.id, spec.record.times) == ("number", ["received_at"])
    assert (spec.personal.identity, spec.personal.drop, spec.personal.text) == (["author"], ["birth"], ["text"])
    assert guessed.doubts == ["не найдено: муниципалитет", "не найдено: тема", "не найдено: исполнитель"]
    text = (overlay / "novy.yml").read_text(encoding="utf-8")
    assert all(f"# TODO: {doubt}" in text for doubt in guessed.doubts)


def test_identity_is_recognised_by_its_values_whatever_the_header_says(tmp_path: Path, overlay: Path) -> None:
    rows = "\n".join(
        f"{n};+7 946 000-00-0{n};v{n}@example.com;Ветроходов П.И.;во дворе, звоните 894600000{n}0" for n in range(9)
    )
    spec, _ = draft(csv_file(tmp_path, f"Код;Статус;Тема;Категория;Прочее\n{rows}\n"), overlay)
    assert spec.personal.identity == ["author_phone", "author_email", "author"]
    assert spec.personal.text == ["prochee"]


def test_the_number_is_what_never_repeats(tmp_path: Path, overlay: Path) -> None:
    text = "Номер;Код;Тема\n1;А-1;Снег\n1;А-2;Снег\n2;А-3;Свет\n"
    spec, guessed = draft(csv_file(tmp_path, text), overlay)
    assert columns(spec)["number"] == "Код"
    assert "номер записи повторяется или не заполнен: «Номер»" in guessed.doubts


def test_a_book(tmp_path: Path, overlay: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Отчёт"],
        [],
        [None, "ID", "Тема", "Описание проблемы"],
        [None, 7, "Снег", "Не чистят"],
        [None, 8, "Свет", "Темно"],
    ):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    spec, _ = draft(tmp_path / "a.xlsx", overlay)
    assert columns(spec) == {"number": "ID", "topic": "Тема", "text": "Описание проблемы"}


@pytest.mark.parametrize("is_api", [True, False])
def test_json(tmp_path: Path, overlay: Path, is_api: bool) -> None:
    records = [
        {"id": n, "createdAt": "2026-11-20T10:00:00Z", "author": {"phone": f"+7946000000{n}"}, "body": {"text": "Снег"}}
        for n in range(3)
    ]
    (tmp_path / "a.json").write_text(json.dumps({"data": {"list": records}, "total": 3}))
    spec, _ = draft(tmp_path / "a.json", overlay, is_api=is_api)
    assert (spec.connector.type, getattr(spec.connector, "items", None)) == ("rest" if is_api else "files", "data.list")
    assert (spec.personal.identity, spec.personal.text) == (["author.phone"], ["body.text"])
    staging = (overlay / "models/novy/stg_novy__items.sql").read_text(encoding="utf-8")
    assert "payload #>> '{body,text}'" in staging and "payload ->> 'createdAt'" in staging
    assert spec.expected_fields == ["id", "createdAt", "author", "body"]


def test_in_the_project_a_draft_has_its_channel_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_module, "ROOT", tmp_path)
    channels = tmp_path / "channels.csv"
    channels.write_text("channel_code,title,source_slug,kind,is_direct\n")
    monkeypatch.setattr(draft_module, "CHANNELS", channels)
    example = csv_file(tmp_path, JOURNAL)
    made = new_source("novy", example, title="Новый", schedule="5 * * * *")
    assert made.files[-1] == channels and channels.read_text().splitlines()[1:] == ["novy,Новый,novy,message,"]
    spec, staging = (path.read_text(encoding="utf-8") for path in made.files[:2])
    assert 'schedule: "5 * * * *"' in spec and "'novy' as channel_code,\n" in staging
    for path in made.files[:2]:  # the draft is thrown away and made again
        path.unlink()
    made.files[1].parent.rmdir()
    new_source("novy", example, title="Новый")
    assert len(channels.read_text().splitlines()) == 2


def test_a_wrong_schedule_writes_nothing(tmp_path: Path, overlay: Path) -> None:
    with pytest.raises(UserError, match=r"--schedule: «61 \* \* \* \*» - не расписание cron: минута «61»"):
        new_source("novy", csv_file(tmp_path, JOURNAL), overlay, schedule="61 * * * *")
    assert list(overlay.iterdir()) == []


def test_a_draft_is_the_spec_and_the_staging(tmp_path: Path, overlay: Path) -> None:
    made = new_source("novy", csv_file(tmp_path, JOURNAL), overlay)
    written = [path for path in overlay.rglob("*") if path.is_file()]
    assert sorted(written) == sorted(made.files)
    assert {path.relative_to(overlay).as_posix() for path in written} == {
        "novy.yml",
        "models/novy/stg_novy__items.sql",
    }


def test_nothing_is_overwritten(tmp_path: Path, overlay: Path) -> None:
    example = csv_file(tmp_path, JOURNAL)
    draft(example, overlay)
    before = (overlay / "novy.yml").read_bytes()
    with pytest.raises(UserError, match="Источник «novy» уже есть"):
        new_source("novy", example, overlay)
    with pytest.raises(UserError, match="уже есть"):
        new_source("pos", example, overlay)
    assert (overlay / "novy.yml").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("a.pdf", b"x", "формат «.pdf» не читается"),
        ("a.json", b"{", "не целый JSON"),
        ("a.json", b"[1, 2]", "нет списка записей"),
        ("a.xlsx", b"x", "не читается как книга"),
        ("a.csv", b"", "не видно строки заголовков"),
    ],
)
def test_what_is_no_example(tmp_path: Path, overlay: Path, name: str, body: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(UserError, match=message):
        new_source("novy", tmp_path / name, overlay)
    assert list(overlay.iterdir()) == []


def test_every_draft_is_valid_yaml(tmp_path: Path, overlay: Path) -> None:
    text = 'Номер: {№};"Тема, #1";[Текст]\n1;"да: нет";- снег\n2;*x;нет\n'
    draft(csv_file(tmp_path, text), overlay)
    body = yaml.safe_load((overlay / "novy.yml").read_text(encoding="utf-8"))
    assert list(body["connector"]["columns"].values()) == ["Номер: {№}", "Тема, #1", "[Текст]"]


def test_an_api_is_drafted_with_its_authorisation(tmp_path: Path, overlay: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([{"id": 1, "text": "Снег"}]))
    draft(tmp_path / "a.json", overlay, is_api=True)
    text = (overlay / "novy.yml").read_text(encoding="utf-8")
    assert "  auth: bearer  # TODO: bearer, basic, api_key или none" in text


def test_names_inside_an_object_of_a_person_do_not_land(tmp_path: Path, overlay: Path) -> None:
    records = [
        {
            "id": n,
            "contact": {"first_name": "Anna", "last_name": "Smith"},
            "applicant": {"firstName": "Anna", "lastName": "Smith", "name": "Anna Smith"},
            "agency_name": "Department of Sanitation",
            "category": {"name": "Snow"},
            "persons": [{"surname": "Smith", "note": "звоните +79460000001"}],
        }
        for n in range(3)
    ]
    (tmp_path / "a.json").write_text(json.dumps(records))
    spec, guessed = draft(tmp_path / "a.json", overlay, is_api=True)
    assert spec.personal.identity == ["applicant.name"]
    assert spec.personal.drop == [
        "contact.first_name",
        "contact.last_name",
        "applicant.firstName",
        "applicant.lastName",
        "persons.surname",
    ]
    assert spec.personal.text == ["persons.note"]
    assert "имя разделено на поля и удаляется: по нему повторные обращения не узнать" in guessed.doubts
    assert "persons" in spec.expected_fields


def test_a_street_is_an_address_and_no_author(tmp_path: Path, overlay: Path) -> None:
    text = "Key,Created Date,Agency Name,Street Name,Complaint Type\n1,2026-11-02T10:00:00,Sanitation,MAPLE AVE,Snow\n"
    spec, _ = draft(csv_file(tmp_path, text), overlay)
    assert columns(spec)["address"] == "Street Name"
    assert (columns(spec)["recipient"], columns(spec)["topic"]) == ("Agency Name", "Complaint Type")
    assert spec.personal.identity == []


@pytest.mark.parametrize(
    ("slug", "message"),
    [
        ("Мой источник", "Имя источника «Мой источник» не годится: нужны строчные латинские буквы"),
        ("1abc", "Имя источника «1abc» не годится"),
        ("../pos", "Имя источника «../pos» не годится"),
        ("class", "Имя источника «class» - служебное слово"),
        ("ops", "Имя источника «ops» - служебное слово"),
        ("pos", "Источник «pos» уже есть"),
    ],
)
def test_a_bad_slug_is_one_line(tmp_path: Path, overlay: Path, slug: str, message: str) -> None:
    example = csv_file(tmp_path, JOURNAL)
    command = [sys.executable, "-m", "mcu", "sources", "new", slug, "--from", str(example)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"COLUMNS": "300"})
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr
    assert " ".join(done.stdout.split()).startswith(f"Ошибка: {message}")
    assert list(overlay.iterdir()) == []


NASTY = {
    "id": "1",
    "created_at": "2026-11-20T10:00:00Z",
    "it's": "one",
    "a b": {"c-d": "two", "e,f": "three", "{g}": "four"},
    'say "text"': "На дороге большая яма, просим засыпать",
    "order": "x",
    "Имя поля": "y",
}


def test_the_sql_of_a_draft_passes_the_linter_whatever_the_names(tmp_path: Path, overlay: Path) -> None:
    """As `make check` reads it. Names come from others: quotes, commas and braces may stand in them."""
    from sqlfluff.core import FluffConfig, Linter

    path = tmp_path / "answer.json"
    path.write_text(json.dumps([NASTY]), encoding="utf-8")
    draft(path, overlay)
    (model,) = overlay.rglob("*.sql")
    config = FluffConfig.from_path(str(ROOT / "dbt_project" / "models"))
    linted = Linter(config=config).lint_string(model.read_text(encoding="utf-8"), fname=str(model))
    assert [violation.desc() for violation in linted.get_violations()] == []
    assert "payload ->> 'it''s'" in model.read_text(encoding="utf-8")
