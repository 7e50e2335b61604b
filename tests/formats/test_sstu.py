"""The ССТУ question format by its published field rules, both ways."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from demo_city.clock import END
from demo_city.systems.base import items_of
from demo_city.systems.sed_sstu import appeal_of
from mcu.formats.sstu import LARGEST_ATTACHMENT, Appeal, received_faults, written

GUID = "00000000-0000-4000-8000-000000000001"
CODE = "0005.0005.0056.1161"
SCAN = {"name": "otvet.pdf", "content": "JVBERi0="}
DAYS = {"incomingDate": "2026-11-02", "registrationDate": "2026-11-03"}
ANSWERED = {**DAYS, "responseDate": "2026-11-10", "attachment": SCAN}
TRANSFER = {"departmentId": GUID, "transferDate": "2026-11-04", "transferNumber": "1-П"}

WHOLE: dict[str, dict[str, Any]] = {
    "NotReceived": {},
    "NotRegistered": {"incomingDate": "2026-11-02"},
    "InWork": {**DAYS, "isExtend": True},
    "Explained": ANSWERED,
    "Supported": {**ANSWERED, "actionsTaken": True},
    "NotSupported": ANSWERED,
    "Answered": ANSWERED,
    "LeftWithoutAnswer": {**DAYS, "responseDate": "2026-11-10"},
    "Transferred": {**DAYS, "transfer": TRANSFER},
}
"""Status → all that the rules demand of a question in it."""


def appeal(status: str = "Explained", question: dict[str, Any] | None = None, **change: Any) -> dict[str, Any]:
    fields = WHOLE[status] if question is None else question
    return {
        "departmentId": GUID,
        "isDirect": True,
        "format": "Other",
        "number": "1-О",
        "name": "Ветроходов Пётр Ильич",
        "questions": [{"code": CODE, "status": status, **fields}],
    } | change


@pytest.mark.parametrize("status", WHOLE)
def test_a_whole_question_is_read_and_comes_back_as_it_was(status: str) -> None:
    assert received_faults(appeal(status)) == []
    assert written(Appeal.model_validate(appeal(status))) == appeal(status)


DEMANDED = [(status, field) for status, fields in WHOLE.items() for field in fields]


@pytest.mark.parametrize(("status", "field"), DEMANDED)
def test_each_demanded_field_is_missed(status: str, field: str) -> None:
    lacking = appeal(status, {k: v for k, v in WHOLE[status].items() if k != field})
    is_optional = field in ("isExtend", "actionsTaken")
    # A scan may not land, so a reader cannot ask for it.
    assert received_faults(lacking) == (
        [] if is_optional or field == "attachment" else [f"questions.1.{field}: нужно при статусе {status}"]
    )
    if not is_optional:
        with pytest.raises(ValidationError, match=f"{field}: нужно при статусе {status}"):
            Appeal.model_validate(lacking)


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("no number", appeal(number=""), "number: не заполнено"),
    ("no department", appeal(departmentId=None), "departmentId: не GUID"),
    ("another format", appeal(format="МЭДО"), "format: нет такого значения в справочнике формата"),
    ("not direct and no date", appeal(isDirect=False), "createDate: нужно, когда обращение поступило не напрямую"),
    ("no question", appeal(questions=[]), "questions: нет ни одного"),
    ("came before the letter", appeal(isDirect=False, createDate="2026-11-03"),
     "questions.1.incomingDate: раньше createDate"),
    ("registered before it came", appeal(question={**ANSWERED, "registrationDate": "2026-11-01"}),
     "questions.1.registrationDate: раньше incomingDate"),
    ("answered before registered", appeal(question={**ANSWERED, "responseDate": "2026-11-02"}),
     "questions.1.responseDate: раньше registrationDate"),
    ("a date of another kind", appeal(question={**ANSWERED, "responseDate": "10.11.2026"}),
     "questions.1.responseDate: не дата вида гггг-мм-дд"),
    ("a moment for a date", appeal(question={**ANSWERED, "responseDate": 1_762_000_000}),
     "questions.1.responseDate: не дата вида гггг-мм-дд"),
    ("measures without support", appeal("Explained", {**ANSWERED, "actionsTaken": True}),
     "questions.1.actionsTaken: не бывает при статусе Explained"),
    ("sent on and answered", appeal("Explained", {**ANSWERED, "transfer": TRANSFER}),
     "questions.1.transfer: не бывает при статусе Explained"),
    ("too large a scan", appeal(question={**ANSWERED, "attachment": {**SCAN, "content": "A" * LARGEST_ATTACHMENT}}),
     "questions.1.attachment: содержимое не меньше 10 000 000 знаков base64"),
]  # fmt: skip  # a table


@pytest.mark.parametrize(("record", "message"), [(r, t) for _, r, t in BROKEN], ids=[name for name, *_ in BROKEN])
def test_each_rule_is_reported_by_field_both_ways(record: dict[str, Any], message: str) -> None:
    assert received_faults(record) == [message]
    with pytest.raises(ValidationError):
        Appeal.model_validate(record)


@pytest.mark.parametrize("code", ["0005", "0005.0005.0056", "0005.0005.0056.116", "0005.0005.0056.1161.0001.0001"])
def test_a_code_that_is_none(code: str) -> None:
    assert received_faults(appeal(question={**ANSWERED, "code": code})) == ["questions.1.code: не подходит под образец"]


def test_the_largest_scan_that_may_be_sent() -> None:
    fits = {**SCAN, "content": "A" * (LARGEST_ATTACHMENT - 1)}
    assert received_faults(appeal(question={**ANSWERED, "attachment": fits})) == []


def test_the_misspelt_status_is_read_and_never_written() -> None:
    misspelt = appeal("NotReceived")
    misspelt["questions"][0]["status"] = "NotRecieved"
    assert received_faults(misspelt) == []
    with pytest.raises(ValidationError):
        Appeal.model_validate(misspelt)


@pytest.mark.parametrize("status", ["InWorkExtended", "ConsiderationExtended"])
def test_the_newer_spellings_of_an_extension_are_read_and_never_written(status: str) -> None:
    newer = appeal("InWork", DAYS)
    newer["questions"][0]["status"] = status
    assert received_faults(newer) == []
    with pytest.raises(ValidationError):
        Appeal.model_validate(newer)


def test_an_empty_name_is_read_and_never_written() -> None:
    """A known system sends it empty."""
    assert received_faults(appeal(name="")) == []
    with pytest.raises(ValidationError, match="name: не заполнено"):
        Appeal.model_validate(appeal(name=""))


@pytest.mark.parametrize("record", [None, [], "x", 1, {}, {"questions": [None, 1, []]}, {"questions": {"a": 1}}])
def test_whatever_comes_is_reported_in_words(record: Any) -> None:
    assert received_faults(record)


def test_no_value_stands_in_a_fault() -> None:
    message = " ".join(
        received_faults(appeal(question={"status": "Ветроходов", "code": "Ветроходов"}, format="Ветроходов"))
    )
    assert message and "Ветроходов" not in message


def test_what_the_city_sends_is_right_both_ways() -> None:
    appeals = [appeal_of(item, END) for item in items_of("sed_sstu", 59, 200, "registry")]
    assert len({q["status"] for a in appeals for q in a["questions"]}) >= 6
    for one in appeals:
        assert received_faults(one) == []
        sent = {key: value for key, value in one.items() if value is not None}
        assert written(Appeal.model_validate(one)) == sent
