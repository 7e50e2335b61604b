"""A deployment of the dashboards that is prepared early waits for the marts, and ends with whoever prepared it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from mcu.errors import UserError
from mcu.runtime import superset_sync
from mcu.runtime.superset_sync import SupersetSync

Prepare = Callable[[str], Path]

WAITS = """
import sys
from pathlib import Path
told = Path(sys.argv[0]).with_name("told")
if not sys.stdin.readline():
    sys.exit(1)
told.write_text(" ".join(sys.argv[1:]))
"""


@pytest.fixture
def program(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Puts a script in the place of `superset/sync.py`, which takes minutes; returns its folder."""

    def put(script: str) -> Path:
        (tmp_path / "superset").mkdir()
        (tmp_path / "superset" / "sync.py").write_text(script, encoding="utf-8")
        monkeypatch.setattr(superset_sync, "ROOT", tmp_path)
        monkeypatch.setattr(superset_sync, "superset_python", lambda: sys.executable)
        monkeypatch.setattr(superset_sync.embedded, "fault", lambda: None)
        return tmp_path / "superset"

    return put


def test_it_goes_on_when_told_and_says_which_marts_are_missing(program: Prepare) -> None:
    told = program(WAITS + "print('    витрины ещё нет: Сроки')") / "told"
    with closing(SupersetSync("--every-tile")) as sync:
        time.sleep(0.5)
        assert not told.exists()
        assert sync.finish() == ["Сроки"]
    assert told.read_text() == "--wait --every-tile"


def test_it_ends_with_whoever_prepared_it(program: Prepare) -> None:
    told = program(WAITS) / "told"
    others = set(psutil.Process().children())
    with pytest.raises(ZeroDivisionError), closing(SupersetSync()):
        (child,) = set(psutil.Process().children()) - others
        raise ZeroDivisionError
    assert not child.is_running() and not told.exists()


def test_its_last_words_are_shown_when_it_fails(program: Prepare) -> None:
    program("print('ОШИБКА: нет роли')\nraise SystemExit(1)")
    with pytest.raises(UserError, match="нет роли"):
        superset_sync.sync()
