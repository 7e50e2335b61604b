"""Records that a connector found and could not read: they become rejects, of which only the number is stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from mcu.connectors.base import Fault, Page
from mcu.landing.intake import Intake
from tests.cases.casework import table_spec

FAULT = Fault("bad_width", "В строке 7 ячеек, а столбцов 5")


def intake_of() -> Intake:
    return Intake(table_spec(), datetime(2026, 11, 20, tzinfo=UTC))


def page(*records: dict[str, str], notes: tuple[str, ...] = ()) -> Page:
    return Page(list(records), "файл", range(2, 99), faults=dict.fromkeys(range(len(records)), FAULT), notes=notes)


def test_only_the_number_of_a_faulty_record_is_stored() -> None:
    batch = intake_of().take(page({"number": "А-1", "text": "Иванов Иван Иванович"}))
    (reject,) = batch.rejects
    assert (reject.record_ref, reject.position, reject.reason) == ("А-1", "файл, строка 2", FAULT.reason)
    assert json.loads(reject.payload) == {"number": "А-1"} and not batch.refs


def test_a_name_in_the_column_of_numbers_is_not_stored() -> None:
    rejects = intake_of().take(page({"number": "Иванов Иван Иванович"}, {"number": ""})).rejects
    assert [r.record_ref for r in rejects] == [None, None]
    assert [json.loads(r.payload) for r in rejects] == [{"position": f"файл, строка {n}"} for n in (2, 3)]


def test_a_note_is_given_once() -> None:
    intake = intake_of()
    for _ in range(2):
        intake.take(page({"number": "1"}, notes=("Лист «Б» не прочитан.",)))
    assert list(intake.notes) == ["Лист «Б» не прочитан."]
