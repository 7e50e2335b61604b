"""`mcu slice measures`, `make`, `save`, `list`, `remove`: statistical slices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line, print_table
from mcu.slices.question import LEAST_N

app = Commands("Статистические разрезы: показатели списка по любым признакам.")

Measure = Annotated[str, typer.Option("--measure", metavar="КОД", help="Что считать: mcu slice measures")]
By = Annotated[str, typer.Option("--by", metavar="ПРИЗНАКИ", help="По каким признакам, до трёх, через запятую")]
Where = Annotated[
    list[str] | None, typer.Option("--where", metavar="ПРИЗНАК=ЗНАЧЕНИЕ", help="Условие; можно указать несколько")
]
Least = Annotated[
    int, typer.Option("--min-n", metavar="ЧИСЛО", min=1, help="Ячейки с меньшим числом записей скрываются")
]


@app.command("measures", example="mcu slice measures")
def measures() -> None:
    """Показать, что и по каким признакам можно посчитать."""
    from mcu.slices.catalogue import catalogue

    known = catalogue()
    rows = [
        (code, one.title, one.formula, ", ".join(known.dimensions_of(code))) for code, one in known.measures.items()
    ]
    print_table(("Код", "Показатель", "Расчёт", "Признаки"), rows)


@app.command(
    "make",
    example="mcu slice make --measure on_time_share --by block,month --period 2026-01..2026-10 --out разрез.xlsx",
)
def make(
    measure: Measure,
    by: By,
    period: Annotated[str, typer.Option("--period", metavar="ПЕРИОД", help="2026-10, 2026-Q3, 2026-01..2026-10")],
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="ПЕРИОД", help="Для сравнения: предыдущий, год-назад, свой"),
    ] = None,
    where: Where = None,
    min_n: Least = LEAST_N,
    title: Annotated[str | None, typer.Option("--title", metavar="НАЗВАНИЕ", help="Название в шапке")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="ФАЙЛ", help="Книга XLSX; без неё — на экран")] = None,
) -> None:
    """Посчитать разрез по витринам, которые сейчас показаны."""
    from mcu.slices.make import make, write
    from mcu.slices.question import ask

    one, versions = make(ask(measure, by, period, against, where, min_n), title)
    if out:
        write(out, one, versions)
        print_line(f"Записано: {out}. Скрыто ячеек: {one.table.hidden_count}.")
        return
    from mcu.slices.workbook import head, lines

    for text in head(one, None):
        print_line(text)
    print_table(*lines(one.table))


@app.command(
    "save",
    example='mcu slice save vsroki --title "Ответы в срок по блокам" --measure on_time_share --by block',
)
def save(
    name: Annotated[str, typer.Argument(metavar="ИМЯ", help="Имя: строчные латинские буквы, цифры, подчёркивания")],
    title: Annotated[str, typer.Option("--title", metavar="НАЗВАНИЕ", help="Название в шапке")],
    measure: Measure,
    by: By,
    against: Annotated[
        str | None, typer.Option("--against", metavar="ПЕРИОД", help="Для сравнения: предыдущий или год-назад")
    ] = None,
    where: Where = None,
    min_n: Least = LEAST_N,
    saved_by: Annotated[
        str, typer.Option("--by-whom", metavar="КТО", help="Кто сохраняет; без него — имя учётной записи")
    ] = "",
) -> None:
    """Сохранить разрез по имени: он публикуется каждый месяц, по книге на муниципалитет."""
    from mcu.slices.saved import Saved
    from mcu.slices.saved import save as save_slice

    save_slice(Saved(name, title, measure, by, where or [], against, min_n, saved_by))
    print_line(f"Разрез «{name}» сохранён. Опубликовать: mcu publish slices --month ГГГГ-ММ")


@app.command("list", example="mcu slice list")
def list_slices() -> None:
    """Показать сохранённые разрезы."""
    from mcu.slices.saved import saved_slices

    columns = ("Имя", "Название", "Показатель", "Признаки", "Условия", "Для сравнения", "Порог", "Кто сохранил")
    print_table(
        columns,
        [
            (s.name, s.title, s.measure, s.by, ", ".join(s.where), s.against or "", str(s.least_n), s.saved_by)
            for s in saved_slices()
        ],
    )


@app.command("remove", example="mcu slice remove vsroki")
def remove(
    name: Annotated[str, typer.Argument(metavar="ИМЯ", help="Имя сохранённого разреза: mcu slice list")],
) -> None:
    """Удалить сохранённый разрез; опубликованное остаётся."""
    from mcu.slices.saved import remove as remove_slice

    remove_slice(name)
    print_line(f"Разрез «{name}» удалён.")
