"""`make bench`: every figure beside the bound or the peer of the same run. Arguments name what is measured, each with a
number of items if it is another than usual (`problems=100000`); without arguments, everything is."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.table import Table

from bench import connectors, cycle, deadlines, landing, problems, publications, tiles, topics, transform, volumes
from mcu.runtime import services
from mcu.runtime.progress import console

Rows = Callable[[Table, dict[str, int]], None]
"""Adds the rows of one subject; gets `items` if it is given."""


def run(wanted: list[str]) -> None:
    """Measure and print. The hourly cycle needs a running demonstration; the rest makes its own throw-away database."""
    table = Table("Что измерено", "Результат", "Рядом, в том же запуске", title="Замеры")
    asked = dict(_parsed(name) for name in wanted) or {name: {} for name in SUBJECTS}
    for name, given in asked.items():
        title, rows = SUBJECTS[name]
        console.print(f"{title} …")
        rows(table, given)
    console.print(table)


def _parsed(argument: str) -> tuple[str, dict[str, int]]:
    name, _, items = argument.partition("=")
    if name not in SUBJECTS or (items and name in ("landing", "topics", "cycle")):
        raise SystemExit(f"Замеряется: {', '.join(SUBJECTS)}; число записей: problems=100000")
    return name, {"items": int(items)} if items else {}


def _landing(table: Table, given: dict[str, int]) -> None:
    with transform.own_warehouse():
        landed = landing.run()
        joined = connectors.run()
    for figure in (landed.without_text, landed.with_text):
        table.add_row(
            f"Загрузка в raw, {_number(figure.rows)} записей {figure.name}",
            f"{_number(figure.rows_per_second)} записей/с",
            f"{figure.share:.2f} от COPY ({_number(figure.rows / figure.copy_seconds)} записей/с)",
        )
    table.add_row("Маскирование текстов по 250 знаков", f"{_number(landed.masked_per_second)} текстов/с на ядро", "")
    for figure in joined.figures:
        table.add_row(
            f"{figure.name} → raw, {_number(figure.rows)} записей",
            f"{_number(figure.rows_per_second)} записей/с",
            f"{figure.share:.2f} от COPY тех же записей ({_number(figure.rows / figure.copy_seconds)} записей/с)",
        )
    book = joined.book
    table.add_row(
        f"файлы XLSX → raw, {_number(book.rows)} строк",
        f"{_number(book.rows / book.seconds)} строк/с",
        f"в {book.times_faster:.1f} раза быстрее одного чтения в openpyxl ({book.openpyxl_seconds:.1f} с)",
    )
    (few, small), (many, large) = joined.megabytes.items()
    table.add_row(f"Память загрузки {_number(many)} записей", f"{large} МБ", f"{small} МБ при {_number(few)}")


def _transform(table: Table, given: dict[str, int]) -> None:
    built = transform.run(**given)
    table.add_row(
        f"Полный расчёт витрин, {_number(built.items)} записей",
        f"{built.full_seconds:.1f} с",
        f"на 1 000 000 допустимо 360 с; показатель роста {built.growth:.2f} (допустимо 1,15)",
    )
    for title, seconds in (("последних", built.recent_seconds), ("за все два года", built.spread_seconds)):
        table.add_row(
            f"Добавочный, после {_number(built.changed)} изменённых {title}",
            f"{seconds:.1f} с",
            f"{seconds / built.full_seconds:.0%} полного; на 1 000 000 допустимо 20 с",
        )


def _topics(table: Table, given: dict[str, int]) -> None:
    taught = topics.run()
    table.add_row(
        f"Обучение модели тем, {_number(taught.learned)} текстов",
        f"{taught.learn_seconds:.1f} с",
        f"в {taught.learn_seconds / taught.once_seconds:.1f} раза дольше обучения без проверки",
    )
    table.add_row(
        f"Подсказка темы, {_number(taught.judged)} текстов",
        f"{_number(taught.judged / taught.judge_seconds)} текстов/с",
        "",
    )


def _volumes(table: Table, given: dict[str, int]) -> None:
    expected = volumes.run(**given)
    table.add_row(
        f"Ожидаемые объёмы, всплески и молчание, {_number(expected.items)} записей",
        f"{expected.large_seconds:.1f} с",
        f"показатель роста {expected.growth:.2f} (допустимо 1,15)",
    )


def _problems(table: Table, given: dict[str, int]) -> None:
    grouped = problems.run(**given)
    table.add_row(
        f"Вопросы и проблемы, {_number(grouped.items)} записей, найдено проблем {_number(grouped.problems_found)}",
        f"{grouped.seconds:.1f} с (допустимо 120)",
        f"показатель роста {grouped.growth:.2f} (допустимо 1,15)",
    )
    table.add_row(
        f"То же после {_number(grouped.touched)} изменённых", f"{grouped.touched_seconds:.1f} с (допустимо 10)", ""
    )
    slowest = ", ".join(f"{model} {seconds:.1f} с" for model, seconds in grouped.slowest.items())
    table.add_row("Дольше всех", slowest, "")


def _publications(table: Table, given: dict[str, int]) -> None:
    made = publications.run(**given)
    bound = f"допустимо {publications.LIMIT_SECONDS} с при 1 000 000 записей"
    items = _number(made.items)
    table.add_row(f"Пакет показателей муниципалитета, {items} записей", f"{made.package_seconds:.1f} с", bound)
    table.add_row(f"Еженедельная записка муниципалитета, {items} записей", f"{made.note_seconds:.1f} с", bound)


def _tiles(table: Table, given: dict[str, int]) -> None:
    seen = tiles.run(**given)
    items = _number(seen.items)
    table.add_row(
        f"Плитка без кэша, {items} записей, 95-й процентиль",
        f"{tiles.p95(seen.all_ms):.0f} мс",
        f"допустимо {tiles.TILE_LIMIT_MS}; дольше допустимого {seen.over_limit} из {len(seen.tiles)}",
    )
    slowest = ", ".join(f"«{title}» {ms:.0f} мс" for title, ms in seen.slowest.items())
    table.add_row("Десять самых долгих плиток", slowest, "")
    for when, pages in (("впервые в этом браузере", seen.first_pages), ("потом", seen.pages)):
        slowest_first = sorted(pages.items(), key=lambda page: -page[1])
        shown = ", ".join(f"{slug} {seconds:.1f} с" for slug, seconds in slowest_first)
        table.add_row(f"Страница до последней видимой плитки, {when}", shown, f"допустимо {tiles.PAGE_LIMIT_SECONDS} с")
    table.add_row(
        f"Десять человек разом, ответов {_number(len(seen.crowd_ms))}, 95-й процентиль",
        f"{tiles.p95(seen.crowd_ms):.0f} мс",
        f"допустимо {tiles.CROWD_LIMIT_MS}; ошибок {len(seen.crowd_errors)} (допустимо 0)",
    )


def _cycle(table: Table, given: dict[str, int]) -> None:
    if not services.AIRFLOW.is_up():
        table.add_row("Часовой цикл в Airflow", "не измерен", "сначала make demo")
        return
    hour = cycle.run()
    table.add_row(
        f"Часовой цикл в Airflow, {hour.changed} изменений",
        f"{hour.cycle_seconds:.0f} с",
        f"загрузка {hour.ingest_seconds:.0f} с, витрины {hour.transform_seconds:.0f} с",
    )
    table.add_row("Тихий час: нового нет", f"{hour.quiet_seconds:.0f} с", "")


def _deadlines(table: Table, given: dict[str, int]) -> None:
    found = deadlines.run(**given)
    large, small = found.large, found.small
    table.add_row(
        f"Сроки всех этапов: записей {_number(large.items)}, событий {_number(large.events)},"
        f" сроков {_number(large.deadlines_found)}",
        f"{large.models_seconds:.1f} с, ещё часы гражданина {large.citizen_seconds:.1f} с",
        f"{large.ratio:.2f} нижней границы (только сроки, одним запросом: {large.bound_seconds:.1f} с; допустимо 3)",
    )
    table.add_row(
        f"То же при {_number(small.items)} записей",
        f"{small.models_seconds:.1f} с",
        f"{small.ratio:.2f} границы; показатель роста {found.growth:.2f} (допустимо 1,1)",
    )
    table.add_row(
        f"То же после {_number(found.touched)} изменённых",
        f"{found.touched_seconds:.1f} с",
        f"{found.touched_share:.1%} полного (допустимо 5 %)",
    )
    table.add_row(
        f"Те же сроки перебором дней, {_number(found.peer_deadlines)} сроков",
        f"{found.peer_seconds:.1f} с",
        f"в {found.peer_ratio:.0f} раз дольше на один срок; расхождений {found.peer_mismatches}",
    )


SUBJECTS: dict[str, tuple[str, Rows]] = {
    "landing": ("Загрузка в raw против COPY, соединения: из источника в raw", _landing),
    "transform": ("Витрины: полный и добавочный расчёт", _transform),
    "topics": ("Темы по тексту", _topics),
    "deadlines": ("Сроки", _deadlines),
    "volumes": ("Ожидаемые объёмы", _volumes),
    "problems": ("Вопросы и проблемы", _problems),
    "publications": ("Пакет показателей и еженедельная записка", _publications),
    "tiles": ("Плитки и страницы дашбордов, десять человек разом", _tiles),
    "cycle": ("Часовой цикл в Airflow", _cycle),
}


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")


if __name__ == "__main__":
    run(sys.argv[1:])
