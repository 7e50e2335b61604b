"""The command line speaks Russian: help of every command, and what it says of a wrong call."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import Result
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from ground import ROOT
from mcu.cli import app
from mcu.cli.commands import Command, Group
from mcu.cli.output import print_error, print_line, print_mark, print_table

OWN_NAMES = {
    *("mcu", "register", "measures", "expert", "marks", "staging", "PostgreSQL", "Airflow", "Superset", "DAG", "Excel"),
    *("municipality", "status", "topic", "recipient"),
    *("XLSX", "CSV", "JSON", "ZIP", "TAR", "GZIP", "REST", "API", "Docker", "yml"),
}
"""Names that stay as they are in Russian text."""


def commands(group: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    yield path, group
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ROOT_GROUP = get_command(app)
assert isinstance(ROOT_GROUP, Group)
EVERY = dict(commands(ROOT_GROUP))
LEAVES = {path: command for path, command in EVERY.items() if isinstance(command, Command)}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def english(text: str, *allowed: str) -> set[str]:
    """Words of Latin letters, without names of options, settings and files."""
    text = re.sub(r"--[a-z-]+|MCU_\w+|docker-compose\.yml|\.env|connections\.env|\S*/\S*", " ", text)
    return set(re.findall(r"[A-Za-z]{2,}", text)) - OWN_NAMES - set(allowed)


def test_commands_go_by_subject_and_verb() -> None:
    assert {" ".join(path) for path in LEAVES} == {
        *("up", "down", "status", "doctor", "reconcile", "bootstrap", "explain", "whatif", "docs", "backup", "restore"),
        "systemd",
        *("sources list", "sources check", "sources new", "sources connect"),
        *("loads add", "loads list", "loads show", "loads replay"),
        *("sources load", "maps missing", "maps add", "marts build", "publish indicators", "publish digest"),
        *("templates write", "dashboards sync", "dashboards pull", "dags unpause", "dags pause", "dags trigger"),
        *("access sync", "access audit", "pepper rotate", "boundaries load"),
        *("topics show", "topics train", "topics correct", "matters link", "matters unlink", "publish note"),
        *(f"slice {verb}" for verb in ("measures", "make", "save", "list", "remove")),
        *(f"publish {what}" for what in ("slices", "block", "assessment", "rating", "requests", "sstu", "open-data")),
        *(f"requests {verb}" for verb in ("add", "list", "answer")),
        *(f"recommendations {verb}" for verb in ("list", "add", "accept", "decline", "done")),
        *("problems name", "problems merge", "problems split", "problems restore"),
        *(f"publications {verb}" for verb in ("list", "show", "approve", "send", "recall")),
    }


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_help_is_russian(path: tuple[str, ...]) -> None:
    shown = run(*path, "--help")
    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith(f"Использование: {' '.join(('mcu', *path))}")
    text, _, _ = shown.output.partition("\nПример\n")
    names = {word for known in EVERY for name in known for word in name.split("-")}
    assert english(text, *names) == set()
    assert "<" not in text


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_each_command_has_an_example_of_itself(path: tuple[str, ...]) -> None:
    _, _, example = run(*path, "--help").output.partition("\nПример\n")
    assert f"mcu {' '.join(path)}" in example


@pytest.mark.parametrize("path", [path for path, command in EVERY.items() if isinstance(command, Group)], ids=" ".join)
def test_a_group_alone_prints_its_help(path: tuple[str, ...]) -> None:
    shown = run(*path)
    assert shown.exit_code == 2 and "\nКоманды\n" in shown.output


@pytest.mark.parametrize(
    ("arguments", "message", "where"),
    [
        ("loads add", "не указан аргумент ФАЙЛ.", "mcu loads add"),
        ("loads add x", "не указан параметр --source.", "mcu loads add"),
        ("loads add x --source", "параметру --source нужно значение.", "mcu"),
        ("loads show x", "НОМЕР: нужно целое число.", "mcu loads show"),
        ("loads show 1 2", "лишние аргументы: 2.", "mcu loads show"),
        ("loads list --limit 0", "--limit: нужно число не меньше 1.", "mcu loads list"),
        ("loads list --sorce x", "параметра --sorce нет. Похожие: --source.", "mcu loads list"),
        ("loads --foo", "параметра --foo нет.", "mcu loads"),
        ("loads lst", "команды lst нет. Похожие: list.", "mcu loads"),
        ("foo", "команды foo нет.", "mcu"),
        ("marts build --full=1", "параметр --full не принимает значения.", "mcu"),
        ("templates write x", "ШАБЛОН: можно указать register, measures, expert_marks.", "mcu templates write"),
    ],
)
def test_a_wrong_call_is_explained(arguments: str, message: str, where: str) -> None:
    shown = run(*arguments.split())
    assert (shown.exit_code, shown.output) == (2, f"Ошибка: {message}\nСправка: {where} --help\n")


def test_a_user_error_is_one_line_without_a_traceback() -> None:
    shown = run("sources", "check", "[red]нет[/]")
    assert shown.exit_code == 1
    assert shown.output.startswith("Ошибка: ") and "[red]нет[/]" in shown.output
    assert "Traceback" not in shown.output and len(shown.output.splitlines()) == 1


def test_foreign_text_is_never_markup(capsys: pytest.CaptureFixture[str]) -> None:
    foreign = "файл [/] [bold]Отчёт[/bold] :smile:.xlsx"
    print_line(foreign)
    print_error(foreign)
    print_mark(False, foreign)
    print_table(["Файл"], [[foreign]])
    assert capsys.readouterr().out.count(foreign) == 4


def test_the_command_line_starts_without_the_heavy_packages() -> None:
    code = "import sys, mcu.cli; print(*sorted({'pandas', 'airflow', 'dbt', 'openpyxl'} & set(sys.modules)))"
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "plugins", text=True, stdout=subprocess.PIPE, check=True
    )
    assert shown.stdout.strip() == ""
