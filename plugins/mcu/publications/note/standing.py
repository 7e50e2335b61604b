"""The middle of a weekly note: problem areas, the rating, conflicts and errors of communication."""

from __future__ import annotations

from typing import Any

from mcu.publications.note.bindings import Bindings
from mcu.publications.note.figures import Figures
from mcu.publications.note.words import noun
from mcu.russian import month_title

SHOWN = 3
MOVED = 2
"""Recipients named of those who rose, and of those who fell."""
_STANDS = (("rank", "rank"), ("peers_count", "peers"))


def areas(f: Figures, b: Bindings) -> list[str]:
    """The worst areas of the last four weeks and why each is on the list."""
    lines = []
    for row in f.areas[:SHOWN]:
        own = {"area_key": row["area_key"]}
        where = b.words(row["place"], "place", **own) if row["place"] else "место не указано"
        reasons = [
            f"{b.number(row['people'], 'areas.people', **own)} {noun('заявитель', row['people'])}, поступило "
            f"{b.number(row['items'], 'areas.items', **own)}"
            + (
                f" при ожидаемых {b.number(row['expected'], 'areas.expected', digits=1, **own)}"
                if row["is_by_growth"]
                else ""
            )
        ]
        if row["is_by_returned"]:
            reasons.append(f"обратились снова после ответа {b.number(row['returned'], 'areas.returned', **own)}")
        if row["is_by_overdue"]:
            reasons.append(f"просрочено {b.number(row['overdue'], 'areas.overdue', **own)}")
        title = row["problem"] or f"«{row['topic']}»"
        lines.append(f"{b.words(title, 'area', **own)}, {where}: {'; '.join(reasons)}")
    if len(f.areas) > SHOWN:
        lines.append(f"всего таких сфер {b.number(len(f.areas), 'areas.all')}")
    return lines


def rating(f: Figures, b: Bindings) -> list[str]:
    """Who rose and who fell in the last whole month; places that cannot be told apart are said so."""
    if not f.rating:
        return ["Рейтинг не составлен: ответов для него недостаточно."]
    month = f.rating[0]["period_start"]
    when = b.words(month_title(f"{month:%Y-%m}"), "period", month=month.isoformat())
    moved = [row for row in f.rating if row["change"]]
    if not moved:
        return [f"В рейтинге за {when} места исполнителей не изменились."]
    lines = []
    for words, sign in (("Поднялись", 1), ("Опустились", -1)):
        found = [_place(b, row) for row in moved if row["change"] * sign > 0][:MOVED]
        if found:
            lines.append(f"{words} в рейтинге за {when}: {'; '.join(found)}.")
    return lines


def _place(b: Bindings, row: dict[str, Any]) -> str:
    own = {name: row[name] for name in ("scheme_code", "period_start", "unit_code")}
    change, title = abs(row["change"]), b.words(row["title"], "recipient", unit_code=row["unit_code"])
    rank, peers = (b.number(row[name], f"rating.{metric}", **own) for name, metric in _STANDS)
    told = f"{title} — на {b.number(change, 'rating.change', **own)} {noun('место', change)}, теперь {rank} из {peers}"
    if row["rank_low"] == row["rank_high"]:
        return told
    low, high = (b.number(row[name], f"rating.{name}", **own) for name in ("rank_low", "rank_high"))
    return f"{told} (по данным месяца возможны места {low}–{high})"


def communication(f: Figures, b: Bindings) -> list[str]:
    """What experts said of the answers that they looked at in the week: a sample, and no count of all answers."""
    counts, week = f.reviews, f.week.slice
    if not counts["all"]:
        return ["За неделю эксперты ответов не рассматривали: о конфликтах и ошибках коммуникации сведений нет."]
    said = [
        f"{b.number(counts[name], f'reviews.{name}', **week)} {noun(word, counts[name])}"
        for name, word in (("conflict", "конфликтная ситуация"), ("error", "ошибка"), ("hollow", "отписка"))
    ]
    lines = [
        f"Эксперты рассмотрели {b.number(counts['all'], 'reviews.all', **week)} {noun('ответ', counts['all'])}: "
        f"{', '.join(said)}."
    ]
    named = []
    for row in f.reviewed[:SHOWN]:
        own = {"recipient_code": row["recipient_code"]} | week
        parts = [
            f"{b.number(row[name], f'reviews.{name}', **own)} {noun(word, row[name])}"
            for name, word in (("conflict", "конфликтная ситуация"), ("error", "ошибка"))
            if row[name]
        ]
        named.append(f"{b.words(row['title'], 'recipient', recipient_code=row['recipient_code'])} — {', '.join(parts)}")
    if named:
        lines.append(f"Конфликты и ошибки по исполнителям: {'; '.join(named)}.")
    return lines
