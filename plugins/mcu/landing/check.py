"""A look at a source without writing anything: does it answer, and how would its records land."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from mcu.connectors import Window, open_connector
from mcu.connectors.files import Folder, read_file
from mcu.landing.intake import Intake
from mcu.secrets import connection_url
from mcu.sources.spec import Dropped, SourceSpec


def check_source(spec: SourceSpec) -> str:
    """What was found, in Russian. Raises UserError when the source cannot be read."""
    connector = open_connector(spec, connection_url(spec.connector.connection))
    intake = Intake(spec, datetime.now(UTC))
    if isinstance(connector, Folder) and isinstance(spec.connector, Dropped):
        waiting = connector.waiting()
        if not waiting:
            return f"папка {connector.path} доступна, файлов в ней нет"
        found = f"файлов: {len(waiting)}, образец «{waiting[0].name}»: "
        connector.fetch(waiting[0])
        page = next(read_file(waiting[0], spec.connector), None)
    else:
        found = "соединение есть, "
        page = next(iter(connector.pages(Window())), None)
    if page is None:
        return f"{found}записей нет"
    batch = intake.take(page)
    told = f"{found}прочитано записей: {batch.read}"
    if page.total is not None:
        told += f" из {page.total}"
    if batch.refusals:
        reasons = Counter(refusal.reason for refusal in batch.refusals)
        told += "; были бы отклонены: " + "; ".join(f"{count} - {reason}" for reason, count in reasons.most_common(3))
    drift = intake.drift()
    for name, title in (("unknown_fields", "неизвестные поля"), ("missing_fields", "нет ожидаемых полей")):
        if name in drift:
            told += f"; {title}: {', '.join(drift[name][:10])}"
    return told
