"""What may be supposed, and queues replayed with other hands."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from io import BytesIO
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook

from mcu.cli.whatif import whatif
from mcu.whatif.changes import DayChange, RuleChange, SupposalRefused
from mcu.whatif.compare import Comparison, Line
from mcu.whatif.staff import Hands, Item, outcome, replay_queue
from mcu.whatif.workbook import workbook

LAST = date(2026, 11, 20)
RULES = [
    {"rule_code": "pos_final", "title": "Ответ в ПОС", "amount": "30", "control_amount": "28", "unit": "calendar_days"},
    {"rule_code": "im", "title": "Первый ответ", "amount": "9", "control_amount": "8", "unit": "working_hours"},
]


def test_a_rule_gets_another_length_and_its_control_keeps_the_distance() -> None:
    change = RuleChange.of("pos_final=8")
    assert change.apply(RULES) == [{**RULES[0], "amount": "8", "control_amount": "6"}, RULES[1]]
    assert change.title(RULES) == "Ответ в ПОС (pos_final): 8 календарных дней вместо 30"
    other = RuleChange.of("pos_final = 1:working_days")
    assert other.apply(RULES)[0] == {**RULES[0], "amount": "1", "control_amount": "0", "unit": "working_days"}
    assert other.title(RULES) == "Ответ в ПОС (pos_final): 1 рабочий день вместо 30 календарных дней"


@pytest.mark.parametrize(
    ("amount", "unit", "before", "said"),
    [
        (2, "working_hours", "30", "2 рабочих часа вместо 30 календарных дней"),
        (21, "working_days", "1", "21 рабочий день вместо 1 календарного дня"),
        (5, "hours", "22", "5 часов вместо 22 календарных дней"),
        (3, "calendar_days", "21", "3 календарных дня вместо 21"),
    ],
)
def test_numerals_agree(amount: int, unit: str, before: str, said: str) -> None:
    rows = [{**RULES[0], "amount": before}]
    assert RuleChange("pos_final", amount, unit).title(rows) == f"Ответ в ПОС (pos_final): {said}"


def test_a_day_is_replaced() -> None:
    known = [{"date_on": "2026-11-04", "kind": "holiday"}, {"date_on": "2026-11-05", "kind": "shortened"}]
    off, *_ = (row for row in DayChange.of("2026-11-05=выходной").apply(known) if row["date_on"] == "2026-11-05")
    assert (off["kind"], off["is_shortened"], off["as_weekday"]) == ("day_off", "false", "")
    saturday = DayChange.of("2026-11-07=рабочий").apply(known)[-1]
    assert (saturday["kind"], saturday["as_weekday"]) == ("working", "5")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: RuleChange.of("pos_final"), "нужно КОД=СРОК"),
        (lambda: RuleChange.of("pos_final=0"), "нужно КОД=СРОК"),
        (lambda: RuleChange.of("pos_final=8:weeks"), "Единицы «weeks» нет. Можно указать: calendar_days"),
        (
            lambda: RuleChange.of("pos=8").apply(RULES),
            r"Правила «pos» нет. Можно указать: pos_final \(Отв",
        ),
        (lambda: DayChange.of("2026-11-05=праздник"), "вид — выходной, рабочий, сокращённый"),
        (lambda: DayChange.of("05.11.2026=выходной"), "Дата «05.11.2026» не читается"),
        (lambda: Hands.of("murmansk.zhkh=3"), "нужно КОД=СЕЙЧАС:БУДЕТ"),
        (lambda: Hands.of("murmansk.zhkh=0:3"), "нужно КОД=СЕЙЧАС:БУДЕТ"),
    ],
)
def test_a_wrong_supposal_is_told_what_is_allowed(ask: Any, said: str) -> None:
    with pytest.raises(SupposalRefused, match=said):
        ask()


def queue(seed: int) -> list[Item]:
    rng = Random(seed)
    items = []
    for number in range(300):
        received = LAST - timedelta(days=rng.randrange(200))
        closed = received + timedelta(days=int(rng.expovariate(1 / 15)))
        due = received + timedelta(days=rng.choice([8, 30]))
        items.append(Item(f"{number:03}", received, closed if closed <= LAST else None, due))
    return items


@pytest.mark.parametrize("seed", range(5))
def test_the_present_hands_change_nothing(seed: int) -> None:
    items = queue(seed)
    assert sorted(replay_queue(items, Fraction(3, 3), LAST), key=lambda i: i.key) == items


@pytest.mark.parametrize("seed", range(5))
def test_more_hands_never_close_later_and_fewer_never_sooner(seed: int) -> None:
    items = {item.key: item for item in queue(seed)}
    for factor in (Fraction(4, 3), Fraction(2), Fraction(2, 3), Fraction(0)):
        for item in replay_queue(list(items.values()), factor, LAST):
            before, after = items[item.key].closed_on or date.max, item.closed_on or date.max
            assert item.received_on <= after and (after <= before if factor > 1 else after >= before)


def test_a_queue_by_hand() -> None:
    """Two a day arrive for four days, one a day is closed: with two hands in place of one nothing waits."""
    first = date(2026, 11, 2)
    items = [
        Item(f"{day}{n}", first + timedelta(days=day), first + timedelta(days=2 * day + n), first + timedelta(days=day))
        for day in range(4)
        for n in range(2)
    ]
    last = first + timedelta(days=7)
    assert outcome(items, last).missed == 7 and outcome(items, last).backlog == 0
    after = outcome(replay_queue(items, Fraction(2), last), last)
    assert (after.closed, after.backlog, after.missed, after.median_days) == (8, 0, 0, 0)
    # half a hand: one item every other day
    slower = replay_queue(items, Fraction(1, 2), last)
    assert [item.closed_on for item in slower if item.closed_on] == [first + timedelta(days=d) for d in (1, 3, 5, 7)]


def test_a_cut_list_of_stages_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    stages = [Line(("Мурманск", f"Стадия {n}"), 1, 0, 1, 1, 1, 0, 1) for n in range(31)]
    found = Comparison([], datetime(2026, 11, 20, tzinfo=UTC), stages, [], [], [], 31)
    monkeypatch.setattr("mcu.whatif.replay.replayed", lambda rules, days: nullcontext())
    monkeypatch.setattr("mcu.whatif.compare.compare", lambda replay: found)
    whatif()
    assert "Показано 30 из 31; все — в книге" in capsys.readouterr().out


def test_missed_deadlines_gone_and_come_stand_apart_under_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven were missed, three of them would not be, one more would: five are missed, not four."""
    stages = [Line(("Мурманск", "Ответ"), 9, 7, 9, 5, 1, 3, 4)]
    found = Comparison([], datetime(2026, 11, 20, tzinfo=UTC), stages, [], [], [], 4)
    sheet = load_workbook(BytesIO(workbook(found)))["По стадиям"]
    *_, names, values = sheet.iter_rows(values_only=True)
    shown = dict(zip(names, values, strict=True))
    columns = ("Нарушено", "Нарушено бы", "Новых нарушений", "Перестали быть нарушены")
    assert [shown[column] for column in columns] == [7, 5, 1, 3]
    printed: list[tuple[str, ...]] = []
    monkeypatch.setattr("mcu.whatif.replay.replayed", lambda rules, days: nullcontext())
    monkeypatch.setattr("mcu.whatif.compare.compare", lambda replay: found)
    monkeypatch.setattr("mcu.cli.whatif.print_table", lambda header, rows: printed.extend([header, *rows]))
    whatif()
    assert dict(zip(*printed, strict=True))["Перестали быть нарушены"] == "3"
