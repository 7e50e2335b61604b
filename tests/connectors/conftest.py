from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries do not wait in tests."""
    monkeypatch.setattr("mcu.connectors.retries.BACKOFF_SECONDS", 0.01)
