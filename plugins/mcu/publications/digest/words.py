"""What the letters say besides their lines: the subject, who is addressed, how old the debts are, what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from mcu.publications.digest.lines import Line
from mcu.publications.digest.lists import DeadlineList
from mcu.russian import counted

AGES = {"более 90 дней": 90, "от 31 до 90 дней": 30, "от 8 до 30 дней": 7, "до 7 дней": -1}
"""Groups of debts: more than so many calendar days after the deadline."""


UNOWNED = ("Не назначен", "Не сопоставлено")
"""What stands for a recipient where there is none (dim_recipient)."""


def subject(one: DeadlineList, day: date) -> str:
    if one.audience == "duty":
        return (
            f"[МЦУ] Ничьи на {day:%d.%m.%Y}, {one.municipality}: без исполнителя {len(one.lines)}, "
            f"срок нарушен у {len(one.overdue)}"
        )
    about = f"Блок «{one.title}» на" if one.audience == "block" else "Сроки на"
    return f"[МЦУ] {about} {day:%d.%m.%Y}: нарушено {len(one.overdue)}, истекает {len(one.others)}"


def whom(one: DeadlineList) -> list[str]:
    """Who the letter is about."""
    who = {
        "recipient": [f"Исполнитель: {one.title}"],
        "block": [f"Отраслевой блок: {one.title}", f"Ответственный: {one.position}"],
        "duty": ["Обращения и сообщения без исполнителя («ничьи»)"],
    }[one.audience]
    return [*who, f"Муниципальное образование: {one.municipality}"]


def ages(one: DeadlineList) -> list[str]:
    """How long ago the missed deadlines passed; and for what nobody has, how long ago it came."""
    said = []
    if one.overdue:
        groups = []
        rest: Sequence[Line] = one.overdue
        for title, more_than in AGES.items():
            own = [line for line in rest if line.late_days > more_than]
            rest = [line for line in rest if line.late_days <= more_than]
            groups += [f"{title} — {len(own)}"] if own else []
        said.append(f"Срок нарушен, по давности: {'; '.join(groups)}.")
    if one.audience == "duty":
        oldest = max(one.lines, key=lambda line: line.age_days)
        said.append(
            f"Самое давнее поступило {oldest.received_on}, "
            f"{counted(oldest.age_days, 'день', 'дня', 'дней')} назад: {oldest.record_ref} ({oldest.channel})."
        )
    return said


def by_recipient(one: DeadlineList) -> list[tuple[str, str]]:
    """Each recipient of a block and how it stands, the most debts first."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in one.lines:
        groups[line.recipient].append(line)

    def late(lines: Sequence[Line]) -> list[Line]:
        return [line for line in lines if line.is_overdue]

    found = sorted(
        groups.items(),
        key=lambda item: (-len(late(item[1])), -max(line.late_days for line in item[1]), item[0]),
    )
    return [
        (
            recipient,
            f"нарушено {len(late(lines))}"
            + (f", самый давний — {_days(max(line.late_days for line in lines))}" if late(lines) else "")
            + f"; истекает {len(lines) - len(late(lines))}",
        )
        for recipient, lines in found
    ]


def to_do(one: DeadlineList) -> str:
    is_unowned = any(line.recipient in UNOWNED for line in one.lines)
    return {
        "recipient": (
            (
                "исполнить сверху вниз: первыми стоят самые давние нарушения."
                if one.overdue
                else "исполнить до указанных сроков; нарушений нет."
            )
            + " Если вопрос не ваш, сообщите об этом дежурному МЦУ сегодня же — ответом на это письмо."
        ),
        "block": (
            (
                "поручить исполнителям исполнить нарушенное, начиная с самого давнего; причины и новые сроки сообщить "
                "дежурному МЦУ ответом на это письмо."
                if one.overdue
                else "проследить, чтобы исполнители успели к указанным срокам; нарушений нет."
            )
            + (" Где исполнитель не назначен, предложить его дежурному МЦУ." if is_unowned else "")
            + " Полный список есть у каждого исполнителя."
        ),
        "duty": (
            "назначить исполнителя в системе, куда поступило обращение, сверху вниз. Предлагаемый исполнитель отвечает "
            "за отраслевой блок темы; где тема не определена, сначала указать её."
        ),
    }[one.audience]


def _days(number: int) -> str:
    return f"{counted(number, 'день', 'дня', 'дней')} назад" if number else "сегодня"
