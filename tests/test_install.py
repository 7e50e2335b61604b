"""The installation says in one Russian line what this machine lacks, and heals an environment whose Python is gone."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ground import ROOT

TOOLS = ("sh", "make", "mkdir", "touch", "df", "awk", "grep", "tail", "rm", "cat", "echo")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that an installation reads, and a `bin` that holds the only programs on its path."""
    for name in ("Makefile", "install.sh", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    for folder in ("superset", "tests"):
        (tmp_path / folder).mkdir()
        shutil.copy(ROOT / folder / "requirements.txt", tmp_path / folder)
    (tmp_path / "bin").mkdir()
    for name in TOOLS:
        if found := shutil.which(name):
            (tmp_path / "bin" / name).symlink_to(found)
    python(tmp_path)
    return tmp_path


def program(clone: Path, name: str, script: str) -> None:
    path = clone / "bin" / name
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def python(clone: Path, version: str = "3.11", pip: str = "exit 0") -> None:
    """A `python3` of this version, whose `-m pip` does `pip`."""
    program(clone, "python3", f'if [ "$1" = -m ]; then {pip}; fi\necho {version}')


def uv(clone: Path, says: str, only: str = "pip") -> None:
    """A `uv` whose command `only` fails with these words."""
    program(clone, "uv", f'[ "$1" = {only} ] || exit 0\necho "{says}" >&2\nexit 2')


def install(clone: Path, *given: str) -> str:
    """The output of `make install`, which must fail with one line of ours."""
    env = {"PATH": str(clone / "bin"), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["make", "install", *given], cwd=clone, env=env, capture_output=True, text=True)
    assert done.returncode != 0, done.stdout
    ours = [line for line in done.stderr.splitlines() if not line.startswith("make: ")]
    assert len(ours) == 1 and ours[0].startswith("Ошибка: "), done.stderr
    return ours[0]


@pytest.mark.parametrize("version", ["3.10", "3.12", "3.13"])
def test_another_python_is_named(version: str, clone: Path) -> None:
    python(clone, version)
    assert f"нужен Python 3.11, а python3 - это {version}. Установите 3.11 рядом" in install(clone)


def test_a_missing_python_is_named(clone: Path) -> None:
    assert "не найден python3.99. Установите Python 3.11" in install(clone, "PYTHON=python3.99")


def test_a_python_3_11_beside_another_is_taken(clone: Path) -> None:
    python(clone, "3.13")
    (clone / "bin" / "python3").rename(clone / "bin" / "python3.13")
    python(clone, "3.11", pip="exit 1")
    (clone / "bin" / "python3").rename(clone / "bin" / "python3.11")
    (clone / "bin" / "python3.13").rename(clone / "bin" / "python3")
    assert "/python3.11 нет модуля pip" in install(clone)


def test_a_python_without_pip_is_named(clone: Path) -> None:
    python(clone, pip="exit 1")
    assert "у python3 нет модуля pip. Установите его (Debian, Ubuntu: apt install python3-pip)" in install(clone)


def test_a_folder_that_cannot_be_written_is_named(clone: Path) -> None:
    (clone / "var").write_text("in the way")  # root may write into any folder
    assert f"в папку {clone}/var нельзя писать" in install(clone)


def test_a_full_disk_is_named_before_the_work(clone: Path) -> None:
    program(clone, "df", "echo head\necho disk 100 90 102400 90% /")
    assert "на диске свободно 100 МБ, для установки нужно 2500 МБ" in install(clone)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("error: failed to write: No space left on device (os error 28)", "на диске нет места"),
        ("error: failed to create directory: Permission denied (os error 13)", "нет права записи"),
        ("error: error sending request for url: dns error: failed to lookup", "реестр пакетов Python недоступен"),
        ("error: tcp connect error: Connection refused (os error 111)", "реестр пакетов Python недоступен"),
        ("error: invalid peer certificate: UnknownIssuer", "сертификату реестра пакетов нет доверия"),
        ("error: HTTP status client error (401 Unauthorized) for url", "не принял вход"),
        ("error: Hash mismatch for x==1", "пакет в реестре не тот"),
        ("x No solution found when resolving dependencies", "в реестре пакетов нет нужной версии"),
        ("error: something else", "команда не выполнена: error: something else"),
    ],
)
def test_a_failed_step_says_why(says: str, why: str, clone: Path) -> None:
    uv(clone, says)
    line = install(clone)
    assert line.startswith("Ошибка: Установка requirements.txt: ") and why in line
    assert line.endswith("Подробности: var/install.log")


def test_pip_without_a_registry_is_told_apart(clone: Path) -> None:
    pip = 'case "$*" in *install*) echo "NewConnectionError: Failed to establish a new connection" >&2; exit 1;; esac'
    python(clone, pip=f"{pip}; exit 0")
    assert "Установка uv: реестр пакетов Python недоступен" in install(clone)


@pytest.mark.parametrize("broken", ["its Python is gone", "the clone has moved"])
def test_a_stale_environment_is_installed_again(broken: str, clone: Path) -> None:
    for name in ("main", "superset"):
        folder = clone / "var" / "venv" / name / "bin"
        folder.mkdir(parents=True)
        (folder.parent / ".installed").touch()
        os.utime(folder.parent / ".installed", (4e9, 4e9))
        (folder / "python").symlink_to("/no/such/python" if broken.startswith("its") else shutil.which("false") or "")
    uv(clone, "error: stop here")
    assert "stop here" in install(clone)
    assert not (clone / "var" / "venv" / "main" / ".installed").exists()


def test_a_sound_environment_is_left_as_it_is() -> None:
    """Make finds nothing stale in the environment that runs this test."""
    shown = subprocess.run(["make", "-n", "install"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "устанавливается заново" not in shown.stdout


def test_programs_keep_compiled_files_whatever_the_environment_says() -> None:
    rule = "--eval=shown: ; @echo [$$PYTHONDONTWRITEBYTECODE]"
    done = subprocess.run(
        ["make", "-s", rule, "shown"],
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[]\n", done.stderr
