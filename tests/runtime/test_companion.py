"""The seam for what runs beside the platform, and the settings that it may give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcu.errors import UserError
from mcu.runtime.companion import ExpectedCounts, companion
from mcu.runtime.platform import all_services
from mcu.settings import settings

MODULE = """
from collections import Counter
from mcu.runtime.companion import ExpectedCounts
from mcu.runtime.services import Service

def services():
    return [Service("beside", "Рядом", list, dict, lambda: 1, "MCU_X_PORT", None)]

def expected_counts():
    return {"pos": ExpectedCounts(Counter(items=3), 1)}
"""


@pytest.fixture
def given(installation: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    settings().installation_env.unlink(missing_ok=True)
    settings.cache_clear()


def write_settings(text: str) -> None:
    settings().installation_env.write_text(text)
    settings.cache_clear()


def test_without_a_companion_the_platform_runs(installation: Path) -> None:
    assert companion() is None
    assert [service.name for service in all_services()] == ["airflow", "superset", "supervisor"]


def test_a_companion_is_named_by_a_setting(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "beside_for_tests.py").write_text(MODULE)
    given.syspath_prepend(tmp_path)
    write_settings("MCU_COMPANION=beside_for_tests\n")
    assert [service.name for service in all_services()] == ["beside", "airflow", "superset", "supervisor"]
    beside = companion()
    assert beside and beside.expected_counts() == {"pos": ExpectedCounts(Counter(items=3), 1)}


def test_a_missing_companion_is_named(given: pytest.MonkeyPatch) -> None:
    write_settings("MCU_COMPANION=no_such_module\n")
    with pytest.raises(UserError, match=r"no_such_module.*MCU_COMPANION"):
        companion()


def test_the_environment_overrides_given_settings(given: pytest.MonkeyPatch) -> None:
    write_settings("MCU_ALERT_TO=given@localhost\nMCU_ALERT_FROM=given@localhost\n")
    given.setenv("MCU_ALERT_TO", "own@localhost")
    settings.cache_clear()
    assert (settings().alert_to, settings().alert_from) == ("own@localhost", "given@localhost")
