"""`mcu recommendations list`, `add`, `accept`, `decline`, `done`: what people decide of recommendations."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.days import day_of
from mcu.cli.output import print_line, print_table

if TYPE_CHECKING:
    from mcu.registers.recommendations import Action

app = Commands("Рекомендации: что предлагает платформа и что по ним решено.")


class Status(StrEnum):
    """States of a recommendation, as people name them."""

    offered = "предложена"
    accepted = "принята"
    declined = "отклонена"
    done = "выполнена"


Key = Annotated[str, typer.Argument(metavar="КЛЮЧ", help="Ключ рекомендации или его начало: mcu recommendations list")]
By = Annotated[str, typer.Option("--by", metavar="КТО", help="Должность или подразделение; имена не хранятся")]
On = Annotated[str | None, typer.Option("--on", metavar="ДАТА", help="День решения, 2026-10-31; без него — сегодня")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="ПРИЧИНА", help="Почему")]


@app.command("list", example="mcu recommendations list --status принята")
def show(
    status: Annotated[
        Status | None, typer.Option("--status", metavar="СОСТОЯНИЕ", help="предложена, принята, отклонена, выполнена")
    ] = None,
) -> None:
    """Показать рекомендации: ключ, состояние, что сделать и на чём основано."""
    from mcu.registers import recommendations

    found = recommendations.listed(status.name if status else None)
    rows = [(one.number, Status[one.status].value, one.municipality, one.text, one.basis) for one in found]
    print_table(["Ключ", "Состояние", "Муниципалитет", "Что сделать", "Основание"], rows)
    print_line(f"Всего: {len(found)}")


@app.command("accept", example="mcu recommendations accept REC-3f2a91c0 --by 'Руководитель МЦУ'")
def accept(key: Key, by: By, on: On = None, reason: Reason = None) -> None:
    """Принять рекомендацию к исполнению."""
    _decide(key, "accepted", by, on, reason)


@app.command(
    "decline", example="mcu recommendations decline REC-3f2a91c0 --by 'Руководитель МЦУ' --reason 'Уже в плане'"
)
def decline(key: Key, by: By, on: On = None, reason: Reason = None) -> None:
    """Отклонить рекомендацию."""
    _decide(key, "declined", by, on, reason)


@app.command("done", example="mcu recommendations done REC-3f2a91c0 --by 'Отдел обращений' --on 2026-10-31")
def done(key: Key, by: By, on: On = None, reason: Reason = None) -> None:
    """Отметить принятую рекомендацию выполненной; дальше платформа измеряет, что изменилось."""
    _decide(key, "done", by, on, reason)


@app.command(
    "add", example="mcu recommendations add murmansk 'Отвечать с фото работ' --basis 'Опыт отдела дорог' --by 'МЦУ'"
)
def add(
    municipality: Annotated[str, typer.Argument(metavar="МУНИЦИПАЛИТЕТ", help="Код или краткое название")],
    text: Annotated[str, typer.Argument(metavar="ТЕКСТ", help="Что сделать")],
    basis: Annotated[str, typer.Option("--basis", metavar="ОСНОВАНИЕ", help="На чём основано")],
    by: By,
    on: On = None,
) -> None:
    """Записать свою рекомендацию или лучшую практику: она сразу принята."""
    from mcu.registers import recommendations

    key = recommendations.add(municipality, text, basis, unit=by, on=day_of(on))
    print_line(f"Рекомендация REC-{key[:8]} записана. Следующий расчёт витрин это учтёт: mcu marts build")


def _decide(key: str, action: Action, by: str, on: str | None, reason: str | None) -> None:
    from mcu.registers import recommendations

    text = recommendations.decide(key, action, unit=by, on=day_of(on), reason=reason)
    print_line(f"Рекомендация {Status[action].value}: {text}. Следующий расчёт витрин это учтёт: mcu marts build")
