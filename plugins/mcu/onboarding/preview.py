"""A preview of a source that writes nothing: does it answer, and how would its records land."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from mcu.connectors.base import Page, Window
from mcu.connectors.files import Folder, is_readable, read_file, shown_name
from mcu.connectors.params import Dropped
from mcu.landing.drift import describe_drift
from mcu.landing.intake import Intake
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec

SHORTEN_TO = 120


@dataclass(frozen=True, slots=True)
class Checked:
    """`message`: for people. `landed`: (record_ref, payload) of the sample as raw would store it, without identity."""

    message: str
    landed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def example(self) -> list[tuple[str, str]]:
        """(field, value) of the first record, values shortened."""
        payload = self.landed[0][1] if self.landed else {}
        return [(name, _short(value)) for name, value in payload.items()]


def check_source(spec: SourceSpec) -> Checked:
    """Read a sample of the source. Raises UserError if the source cannot be read."""
    connector = open_source(spec)
    intake = Intake(spec, datetime.now(UTC))
    if isinstance(connector, Folder) and isinstance(spec.connector, Dropped):
        answer = connector.probe()
        waiting = connector.waiting()
        if not waiting:
            return Checked(f"{answer}папка {connector.path} доступна, файлов в ней нет")
        readable = [path for path in waiting if is_readable(path.name, spec.connector)]
        if foreign := [shown_name(path.name) for path in waiting if path not in readable]:
            answer += f"не читаются и будут отклонены: {', '.join(foreign[:5])}; "
        if not readable:
            return Checked(f"{answer}других файлов в папке {connector.path} нет")
        found = f"{answer}файлов: {len(readable)}, образец «{shown_name(readable[0].name)}»: "
        connector.fetch(readable[0])
        page = next(read_file(readable[0], spec.connector, shown_name(readable[0].name)), None)
    else:
        found = "соединение есть, "
        page = next(iter(connector.pages(Window())), None)
    if page is None:
        return Checked(f"{found}записей нет")
    return _preview(spec, intake, page, found)


def _preview(spec: SourceSpec, intake: Intake, page: Page, found: str) -> Checked:
    batch = intake.take(page)
    message = f"{found}прочитано записей: {batch.read}"
    if page.total is not None:
        message += f" из {page.total}"
    if batch.rejects:
        reasons = Counter(reject.reason for reject in batch.rejects)
        message += "; были бы отклонены: " + "; ".join(
            f"{count} - {reason}" for reason, count in reasons.most_common(3)
        )
    return Checked(message + describe_drift(spec, intake.drift()), [_landed(line) for line in batch.rows.splitlines()])


def _landed(line: bytes) -> tuple[str, dict[str, Any]]:
    ref, _, payload, _ = line.split(b"\t")
    return ref.decode(), orjson.loads(payload.replace(b"\\\\", b"\\"))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= SHORTEN_TO else f"{text[:SHORTEN_TO]}…"
