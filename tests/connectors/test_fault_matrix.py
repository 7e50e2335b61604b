"""Connectors × faults: each cell is loaded, refused with a message, or quarantined; nothing is lost, no traceback
reaches a person, no cell takes more than 512 MB. Adding a connector is one entry of MATRIX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ground import add_evidence
from tests.connectors.matrix.files import ARCHIVE, CSV, JSON, WORKBOOK
from tests.connectors.matrix.mailbox import Mailbox
from tests.connectors.matrix.outcome import REFUSED, Entry, LoadingProcess, judge
from tests.connectors.matrix.rest import REST, REST_CURSOR
from tests.connectors.matrix.social import BOT, OK, TELEGRAM, VK
from tests.connectors.matrix.sql import Sql

MATRIX: list[Entry] = [REST, REST_CURSOR, Sql(), WORKBOOK, CSV, JSON, ARCHIVE, VK, OK, TELEGRAM, BOT, Mailbox()]
ALL = [(entry, fault) for entry in MATRIX for fault in entry.expected]


@pytest.fixture(scope="module")
def loading(warehouse: Path) -> Iterator[LoadingProcess]:
    process = LoadingProcess()
    yield process
    process.close()


@pytest.mark.parametrize(("entry", "fault"), ALL, ids=[f"{entry.title}: {fault}" for entry, fault in ALL])
def test_fault(entry: Entry, fault: str, loading: LoadingProcess, tmp_path: Path) -> None:
    slug = f"m{ALL.index((entry, fault))}"
    with entry.cell(fault, slug, tmp_path) as cell:
        seen = judge(cell, entry.expected[fault], loading)
    message = re.sub(r"^Источник «[^»]+»: (http\S+: )?", "", seen.message)
    memory = f" ({seen.megabytes} МБ)" if seen.megabytes else ""
    came_to = seen.kind + (f": {message}" if seen.kind == REFUSED else memory)
    add_evidence(f"Отказы и сбои: {entry.title}", f"{fault:36}{came_to[:160]}")
    assert not seen.faults, f"{seen.faults}; {seen.message[:300]}"
