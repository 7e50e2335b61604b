"""What the command-line library says of a wrong call, in Russian."""

from __future__ import annotations

import re

from typer._click.exceptions import NoArgsIsHelpError, UsageError

__all__ = ["NoArgsIsHelpError", "UsageError", "in_russian"]

_MESSAGES = {
    r"Missing argument '(?P<name>.+)'\.": "не указан аргумент {name}.",
    r"Missing option '(?P<name>\S+).*'\.": "не указан параметр {name}.",
    r"No such option: (?P<name>\S+)": "параметра {name} нет.",
    r"No such option: (?P<name>\S+) \(Possible options: (?P<near>.+)\)": "параметра {name} нет. Похожие: {near}.",
    r"No such command '(?P<name>.+)'\.": "команды {name} нет.",
    r"No such command '(?P<name>.+)'\. Did you mean '(?P<near>.+)'\?": "команды {name} нет. Похожие: {near}.",
    r"Option '(?P<name>.+)' requires an argument\.": "параметру {name} нужно значение.",
    r"Option '(?P<name>.+)' does not take a value\.": "параметр {name} не принимает значения.",
    r"Got unexpected extra argument\(s\) \((?P<name>.+)\)": "лишние аргументы: {name}.",
    r"Invalid value for '(?P<name>.+?)': Input should be a valid integer.*": "{name}: нужно целое число.",
    r"Invalid value for '(?P<name>.+?)': Input should be greater than or equal to (?P<least>.+)": (
        "{name}: нужно число не меньше {least}."
    ),
    r"Invalid value for '(?P<name>.+?)': .+ is not one of (?P<choices>'.+')\.": "{name}: можно указать {choices}.",
    r"Missing command\.": "не указана команда.",
}


def in_russian(message: str) -> str:
    """The Russian for a message of the library; a message that is not in the table follows as it is."""
    for pattern, translation in _MESSAGES.items():
        if found := re.fullmatch(pattern, message, re.S):
            return translation.format(**found.groupdict()).replace("'", "")
    return f"неверный вызов: {message}"
