"""A preview of a source that writes nothing: does it answer, and how would its records land."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Thread
from time import monotonic
from typing import Any

import orjson

from mcu.connectors.base import Page, Window
from mcu.connectors.files import Folder, is_readable, read_file, shown_name
from mcu.connectors.params import Dropped
from mcu.errors import UserError
from mcu.landing.drift import describe_drift
from mcu.landing.intake import Intake
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec

SHORTEN_TO = 120
MOST_REASONS = 5
SECONDS = 20.0
"""How long the sources may take to give their samples."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`message`: for people. `landed`: (record_ref, payload) of the sample as raw would store it, without identity."""

    message: str
    landed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refused: int = 0
    """How many records of the sample would be refused."""
    is_broken: bool = False
    """True if the source cannot be read."""

    @property
    def is_good(self) -> bool:
        """True if the source can be read, and at least one record of a sample would land."""
        return not self.is_broken and (bool(self.landed) or not self.refused)

    def example(self) -> list[tuple[str, str]]:
        """(field, value) of the first record, values shortened."""
        payload = self.landed[0][1] if self.landed else {}
        return [(name, _short(value)) for name, value in payload.items()]


def check_sources(specs: Sequence[SourceSpec], seconds: float = SECONDS) -> dict[str, Checked]:
    """Read a sample of each source, all at once, and wait for them so many seconds at most. Raises nothing: what went
    wrong with a source is its result."""
    found: dict[str, Checked] = {}

    def check(spec: SourceSpec) -> None:
        try:
            found[spec.slug] = check_source(spec)
        except UserError as error:
            found[spec.slug] = Checked(str(error), is_broken=True)
        except Exception as error:  # its text may hold a citizen's data
            found[spec.slug] = Checked(f"внутренняя ошибка ({type(error).__name__})", is_broken=True)

    threads = [Thread(target=check, args=[spec], daemon=True) for spec in specs]
    deadline = monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - monotonic()))
    late = Checked(f"источник не ответил за {seconds:g} с: проверьте адрес и сеть", is_broken=True)
    return {spec.slug: found.get(spec.slug, late) for spec in specs}


def check_source(spec: SourceSpec) -> Checked:
    """Read a sample of the source. Raises UserError if the source cannot be read."""
    connector = open_source(spec)
    intake = Intake(spec, datetime.now(UTC))
    if isinstance(connector, Folder) and isinstance(spec.connector, Dropped):
        answer = connector.probe()
        waiting = connector.waiting()
        if not waiting:
            return Checked(f"{answer}папка {connector.path} доступна, файлов в ней нет: записи не проверены")
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
        return Checked(f"{found}записей нет: поля не проверены")
    return _preview(spec, intake, page, found)


def _preview(spec: SourceSpec, intake: Intake, page: Page, found: str) -> Checked:
    batch = intake.take(page)
    message = f"{found}прочитано записей: {batch.read}"
    if page.total is not None:
        message += f" из {page.total}"
    landed = [_landed(line) for line in batch.rows.splitlines()]
    if batch.rejects:
        reasons = Counter(reject.reason for reject in batch.rejects).most_common()
        named = "; ".join(f"{count} - {reason}" for reason, count in reasons[:MOST_REASONS])
        others = len(reasons) - MOST_REASONS
        message += f"; были бы отклонены{'' if landed else ' все записи'}: {named}"
        message += f"; и ещё причин: {others}" if others > 0 else ""
    return Checked(message + describe_drift(spec, intake.drift()), landed, len(batch.rejects))


def _landed(line: bytes) -> tuple[str, dict[str, Any]]:
    ref, _, payload, _ = line.split(b"\t")
    return ref.decode(), orjson.loads(payload.replace(b"\\\\", b"\\"))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= SHORTEN_TO else f"{text[:SHORTEN_TO]}…"
