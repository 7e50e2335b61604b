"""Runs `superset/sync.py` and `superset/pull.py` in Superset's own environment."""

from __future__ import annotations

import os
import subprocess
from contextlib import closing
from pathlib import Path

from mcu.errors import UserError
from mcu.runtime import processes
from mcu.runtime.services import superset_env, superset_python
from mcu.settings import ROOT
from mcu.warehouse import embedded
from mcu.warehouse.orphans import die_with_parent

_UNBUILT = "    витрины ещё нет: "
"""As `superset/sync.py` prints them."""
_REFUSED = "ОШИБКА: "
_PULLED = ("изменён: ", "добавлен: ", "удалён: ", "учтите: ", "не записано: ", _REFUSED)
"""As `superset/pull.py` prints them; Superset itself prints other lines."""


class SupersetSync:
    """A run of `superset/sync.py`. It prepares Superset's metadata at once and goes on with the dashboards, which need
    the marts, when it is told to: what runs meanwhile seldom needs both cores. Close it."""

    def __init__(self, *arguments: str) -> None:
        """Raises UserError if Superset is not installed or the database does not serve."""
        _refuse_if_absent()
        self._log = processes.log_file("superset-sync")
        with self._log.open("ab") as out:
            self._before = out.tell()
            self._process = subprocess.Popen(
                [superset_python(), str(ROOT / "superset" / "sync.py"), "--wait", *arguments],
                env={**os.environ, **superset_env()},
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                preexec_fn=die_with_parent,
            )

    def finish(self) -> list[str]:
        """Deploy the dashboards and verify them. Returns the tiles whose marts are not built, as after a build that was
        killed. Raises UserError with the log's path if Superset refuses."""
        self._process.communicate(b"\n")
        with self._log.open("rb") as written:
            written.seek(self._before)
            lines = written.read().decode("utf-8", "replace").splitlines()
        if self._process.returncode:
            raise UserError(f"Superset не принял панели: {lines[-1] if lines else ''}\nПодробности: {self._log}")
        return [line.removeprefix(_UNBUILT) for line in lines if line.startswith(_UNBUILT)]

    def close(self) -> None:
        """End it if it still waits."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def sync(*arguments: str) -> list[str]:
    """Bring the metadata database, roles, users and dashboards to what `superset/` says, and verify them; see
    `SupersetSync`."""
    with closing(SupersetSync(*arguments)) as run:
        return run.finish()


def fault_of_rights() -> str | None:
    """Why access.csv and the list of people do not fit together, in Russian."""
    done = subprocess.run(
        [superset_python(), str(ROOT / "superset" / "sync.py"), "--check"],
        env={**os.environ, **superset_env()},
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    return None if done.returncode == 0 else done.stderr.strip().rpartition("\n")[2].removeprefix("ОШИБКА: ")


def pull(folder: str) -> tuple[list[str], bool]:
    """Bring what was changed in Superset back into the files of the `folder`. Returns what was done and what could not
    be, line by line in Russian, and whether all of it is in the files now. Raises UserError."""
    _refuse_if_absent()
    log = processes.log_file("superset-pull")
    with log.open("ab") as err:
        done = subprocess.run(
            [superset_python(), str(ROOT / "superset" / "pull.py"), folder],
            env={**os.environ, **superset_env()},
            stdout=subprocess.PIPE,
            stderr=err,
            cwd=ROOT,
            preexec_fn=die_with_parent,
        )
    lines = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if line.startswith(_PULLED)]
    if refused := [line for line in lines if line.startswith(_REFUSED)]:
        raise UserError(refused[0].removeprefix(_REFUSED))
    if done.returncode and not lines:
        raise UserError(f"Superset не прочитан. Подробности: {log}")
    return lines, done.returncode == 0


def _refuse_if_absent() -> None:
    """Raises UserError if Superset is not installed or the database does not serve."""
    if not Path(superset_python()).exists():
        raise UserError("Окружение Superset не установлено: выполните make install.")
    if why := embedded.fault():
        raise why
