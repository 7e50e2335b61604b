"""`make bench`: every figure beside the bound or the peer of the same run."""

from __future__ import annotations

from rich.table import Table

from bench import connectors, cycle, deadlines, landing, transform
from mcu.runtime import services
from mcu.runtime.progress import console


def run() -> None:
    """Measure and print. The hourly cycle needs a running demonstration; the rest makes its own throw-away database."""
    table = Table("Что измерено", "Результат", "Рядом, в том же запуске", title="Замеры")
    console.print("Загрузка в raw против COPY …")
    with transform.own_warehouse():
        landed = landing.run()
        console.print("Соединения: из источника в raw …")
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
    console.print("Витрины: полный и добавочный расчёт …")
    built = transform.run()
    table.add_row(f"Полный расчёт витрин, {_number(built.items)} записей", f"{built.full_seconds:.1f} с", "")
    table.add_row(
        f"Добавочный, после {_number(built.changed)} изменённых",
        f"{built.incremental_seconds:.1f} с",
        f"{built.share:.0%} полного",
    )
    console.print("Сроки миллиона записей …")
    _deadlines(table, deadlines.run())
    if services.AIRFLOW.is_up():
        console.print("Часовой цикл в Airflow …")
        hour = cycle.run()
        table.add_row(
            f"Часовой цикл в Airflow, {hour.changed} изменений",
            f"{hour.cycle_seconds:.0f} с",
            f"загрузка {hour.ingest_seconds:.0f} с, витрины {hour.transform_seconds:.0f} с",
        )
        table.add_row("Тихий час: нового нет", f"{hour.quiet_seconds:.0f} с", "")
    else:
        table.add_row("Часовой цикл в Airflow", "не измерен", "сначала make demo")
    console.print(table)


def _deadlines(table: Table, found: deadlines.Result) -> None:
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


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")
