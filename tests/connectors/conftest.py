from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.matrix.outcome import CELLS


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries do not wait in tests."""
    monkeypatch.setattr("mcu.connectors.http.BACKOFF_SECONDS", 0.01)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in _table() if CELLS else ():
        terminalreporter.write_line(line)


def _table() -> Iterator[str]:
    width = max(len(fault) for _, fault in CELLS)
    for connector in dict.fromkeys(name for name, _ in CELLS):
        yield f"\nОтказы и сбои: {connector}"
        for (name, fault), outcome in CELLS.items():
            if name == connector:
                yield f"  {fault:{width}}  {outcome[:150]}"
