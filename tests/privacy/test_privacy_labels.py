"""Personal data in names of files and columns, in keys, in numbers and in record numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mcu.privacy.labels import free_key, is_personal_number, mask_file_name, mask_label, mask_message, may_be_phone
from mcu.privacy.pseudonyms import Privacy
from mcu.sources.spec import SourceSpec

NAMES = {
    "Жалоба Ветроходова П.И. 89460000001.xlsx": "Жалоба [ФИО] [ТЕЛЕФОН].xlsx",
    "Ветроходов_Пётр_Ильич.csv": "[ФИО].csv",
    "Ветроходов.Пётр.Ильич.csv": "[ФИО].csv",
    "ВетроходовПётрИльич.csv": "[ФИО].csv",
    "Ветроходов П.И.xlsx": "[ФИО].xlsx",
    "vetrohodov@example.org.csv": "[ПОЧТА].csv",
    "8-946-000-00-01_обращение.csv": "[ТЕЛЕФОН]_обращение.csv",
    "архив.zip/Ветроходова Мария Ильинична/ноябрь.csv": "архив.zip/[ФИО]/ноябрь.csv",
}
PLAIN_NAMES = (
    "export_2026-11-05_10-30-00.xlsx", "incident_20261105_103000.xlsx", "выгрузка 05.11.2026 10.30.xlsx",
    "Отчёт ПОС ноябрь 2026.xlsx", "pos_2026-11.json", "result.json", "Реестр мероприятий.xlsx", "МЦУ 2026.11.05.xlsx",
    "ab12cd34ef56_1_выгрузка.xlsx", "messages_2026-11-05T23-59.csv",
)  # fmt: skip  # one name a line would fill the page


@pytest.mark.parametrize(("name", "shown"), NAMES.items())
def test_a_person_in_the_name_of_a_file_is_masked(name: str, shown: str) -> None:
    assert mask_file_name(name) == shown
    assert mask_message(f"Файл «{name}» пуст (0 байт).") == f"Файл «{shown}» пуст (0 байт)."


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_other_names_and_times_of_exports_stay(name: str) -> None:
    assert mask_file_name(name) == name
    assert mask_message(f"Файл «{name}», строка 5.") == f"Файл «{name}», строка 5."


def test_a_title_with_joined_words_is_masked() -> None:
    assert mask_label("ФИО_Ветроходов_Пётр_Ильич") != "ФИО_Ветроходов_Пётр_Ильич"
    assert mask_label("Дата_создания") == "Дата_создания"


PERSONAL = (
    "89460000001", "79460000001", "+7 (946) 000-00-01", "8-946-000-00-01", "946 000-00-01", "vetrohodov@example.org",
    "Ветроходов П.И.", "Ветроходов_Пётр_Ильич", "112-233-445 95",
)  # fmt: skip  # one number a line would fill the page
RUNNING = (
    "R0001", "2026110500000123", "4080181000001234", "9123456789", "51-ОГ-12345", "01-12/И-45", "ПГ-МО/2026/12345",
    "12345 от 05.11.2026", "-100123_456", "10-30-00", "МУР-2026-000123", "б/н", "7701234567",
)  # fmt: skip  # the same


@pytest.mark.parametrize("ref", PERSONAL)
def test_what_is_obviously_a_person_is_no_record_number(ref: str) -> None:
    assert is_personal_number(ref)


@pytest.mark.parametrize("ref", RUNNING)
def test_running_numbers_are_record_numbers(ref: str) -> None:
    assert not is_personal_number(ref)


def spec(**change: Any) -> SourceSpec:
    return SourceSpec.model_validate(
        {
            "slug": "demo", "title": "Проба", "personal": {"text": ["text"], "verbatim": ["code"]},
            "connector": {"type": "rest", "connection": "demo", "path": "/items"},
            "record": {"id": "id"}, "expected_fields": ["id", "text", "code", "history", "count"],
        } | change
    )  # fmt: skip  # as short as the spec that it stands for


def test_every_leaf_and_key_of_any_type_is_masked() -> None:
    record: dict[str, Any] = {
        "id": "R1",
        "count": 89460000001,
        "history": [
            {"by": 79460000002, "Ветроходов Пётр Ильич": "ответил", "n": [9460000003, Decimal("89460000004")]},
            {"deep": {"vetrohodov@example.org": 89460000005.0, "ok": 12, "share": 0.5, "flag": True}},
        ],
        "new": {"Ветроходов П.И.": 1, "Кораблёв И.П.": 2, "phone": 89460000006},
        "code": 89460000007,
    }
    Privacy(spec()).apply(record, unknown=["new"])
    assert record == {
        "id": "R1",
        "count": "[ТЕЛЕФОН]",
        "history": [
            {"by": "[ТЕЛЕФОН]", "[ФИО]": "ответил", "n": ["[ТЕЛЕФОН]", "[ТЕЛЕФОН]"]},
            {"deep": {"[ПОЧТА]": "[ТЕЛЕФОН]", "ok": 12, "share": 0.5, "flag": True}},
        ],
        "new": {"[ФИО]": 1, "[ФИО] 2": 2, "phone": "[ТЕЛЕФОН]"},
        "code": 89460000007,  # declared as verbatim
    }


def test_two_names_that_become_one_token_stay_two_keys() -> None:
    made: dict[str, int] = {}
    for value in range(3):
        made[free_key(made, "[ФИО]")] = value
    assert made == {"[ФИО]": 0, "[ФИО] 2": 1, "[ФИО] 3": 2}


@pytest.mark.parametrize(
    "value", [1_700_000_000, 1_700_000_000_000, 68.95, 51_001_234_567, float("nan"), Decimal("NaN")]
)
def test_other_numbers_are_no_phones(value: float | Decimal) -> None:
    assert not may_be_phone(value)
