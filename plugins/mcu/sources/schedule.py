"""The schedule of a source: cron in five fields, checked as Airflow would read it."""

from __future__ import annotations

from croniter import CroniterBadDateError, croniter  # type: ignore[import-untyped]  # it has no stubs

_FIELDS = {
    "минута": "0-59",
    "час": "0-23",
    "день месяца": "1-31",
    "месяц": "1-12",
    "день недели": "0-7",
}


def check_schedule(cron: str) -> str:
    """`cron` if it is a schedule that will ever come. Raises ValueError, in Russian."""
    parts = cron.split()
    if cron.startswith("@") and croniter.is_valid(cron):
        return cron
    if len(parts) != len(_FIELDS):
        raise ValueError(f"«{cron}» - не расписание cron: нужно пять полей: {', '.join(_FIELDS)}")
    for place, (part, (name, span)) in enumerate(zip(parts, _FIELDS.items(), strict=True)):
        if not croniter.is_valid(" ".join("*" if n != place else part for n in range(len(_FIELDS)))):
            raise ValueError(f"«{cron}» - не расписание cron: {name} «{part}», допустимо {span}")
    try:
        croniter(cron).get_next()
    except CroniterBadDateError:
        raise ValueError(f"расписание «{cron}» никогда не наступит: такой даты нет в календаре") from None
    return cron
