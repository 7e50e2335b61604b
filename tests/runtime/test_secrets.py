"""Secrets: generated once, readable by their owner only, overridden by the environment."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mcu.secrets import SecretMissing, connection_url, secret


def test_generated_once_and_private(installation: Path) -> None:
    first = secret("probe_once")
    path = installation / "secrets" / "probe_once"
    assert secret("probe_once") == first == path.read_text() and len(first) >= 24
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_racing_processes_agree(installation: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: secret("probe_race"), range(40)))) == 1


def test_environment_wins(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_SECRET_PROBE_GIVEN", "from outside")
    assert secret("probe_given") == "from outside"


def test_missing_connection_says_what_to_set(installation: Path) -> None:
    with pytest.raises(SecretMissing, match="MCU_SECRET_CONN_NOWHERE"):
        connection_url("nowhere")
