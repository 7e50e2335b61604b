"""Commands and groups of commands whose help, usage and errors are Russian."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn

import typer
from rich.table import Table
from rich.text import Text
from typer._click import Context  # the library's own copy of click
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from mcu.cli.output import print_error, print_line
from mcu.cli.usage_errors import NoArgsIsHelpError, UsageError, in_russian
from mcu.faults import in_words
from mcu.runtime.progress import console


class Command(TyperCommand):
    """One command. `epilog` is an example of its use."""

    def format_help(self, ctx: Context, formatter: object) -> None:
        """Print usage, purpose, arguments, options and the example."""
        arguments = [p for p in self.params if isinstance(p, TyperArgument)]
        options = [p for p in self.params if isinstance(p, TyperOption)]
        parameters: list[TyperArgument | TyperOption] = [*arguments, *options]
        shown = [_name(p) if p.required else f"[{_name(p)}]" for p in parameters]
        _print_head(ctx, " ".join(shown), self.help)
        _print_section("Аргументы", {_name(p): _about(p) for p in arguments})
        _print_section("Параметры", {_name(p): _about(p) for p in options} | _HELP)
        _print_section("Пример", {str(self.epilog): ""})


class Group(TyperGroup):
    """A subject with its verbs, or the whole program."""

    def format_help(self, ctx: Context, formatter: object) -> None:
        """Print usage, purpose and the commands."""
        commands = [command for name in self.list_commands(ctx) if (command := self.get_command(ctx, name))]
        _print_head(ctx, "КОМАНДА", self.help)
        _print_section("Команды", {str(c.name): (c.help or "").partition("\n\n")[0] for c in commands if not c.hidden})
        _print_section("Параметры", _HELP)

    def main(self, args: Any = None, *_: Any, **__: Any) -> NoReturn:
        """Run a command and exit. An error that people can act on is one red line, without a traceback."""
        try:
            code = super().main(args, prog_name=self.name, standalone_mode=False)
        except NoArgsIsHelpError:  # the help is printed already
            code = 2
        except UsageError as error:
            print_error(in_russian(error.format_message()))
            print_line(f"Справка: {error.ctx.command_path if error.ctx else self.name} --help")
            code = 2
        except typer.Abort:
            print_error("выполнение прервано.")
            code = 1
        except Exception as error:
            words = in_words(error)
            if words is None:
                raise
            print_error(str(words))
            code = 1
        sys.exit(code or 0)


class Commands(typer.Typer):
    """A group of commands; each must come with an example."""

    def __init__(self, purpose: str, *, program: str | None = None) -> None:
        """`program`: its name on the command line, if these are not the commands of another program's subject."""
        super().__init__(cls=Group, name=program, help=purpose, no_args_is_help=True, add_completion=False)

    def command(  # type: ignore[override]  # narrower on purpose: no command without an example
        self, name: str, *, example: str, hidden: bool = False
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Register a function as the command `name`; its docstring is the help."""
        return super().command(name, cls=Command, epilog=example, hidden=hidden)


_HELP = {"--help": "Показать эту справку."}


def _print_head(ctx: Context, usage: str, purpose: str | None) -> None:
    console.print(Text.assemble(("Использование: ", "bold"), f"{ctx.command_path} {usage}"))
    print_line(f"\n{' '.join((purpose or '').split())}")


def _print_section(title: str, lines: dict[str, str]) -> None:
    if not lines:
        return
    print_line(f"\n{title}", "bold")
    grid = Table.grid(padding=(0, 3, 0, 0))
    for name, about in lines.items():
        grid.add_row(Text(f"  {name}", "cyan", no_wrap=True), Text(about))
    console.print(grid)


def _name(parameter: TyperArgument | TyperOption) -> str:
    """As people type it: «--source ИСТОЧНИК», «--full», «ФАЙЛ»."""
    if isinstance(parameter, TyperArgument):
        return str(parameter.metavar)
    return parameter.opts[0] + ("" if parameter.is_flag else f" {parameter.metavar}")


def _about(parameter: TyperArgument | TyperOption) -> str:
    has_default = parameter.default is not None and not isinstance(parameter.default, bool)
    return (
        ("Обязательно. " if parameter.required and isinstance(parameter, TyperOption) else "")
        + f"{parameter.help}."
        + (f" По умолчанию {parameter.default}." if has_default else "")
    )
