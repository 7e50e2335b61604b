"""Who may see what: `access.csv`, a row for each part of the city that a person may see. PostgreSQL's rights, the roles
of Superset and the keys of its cache follow from it."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ADMIN = "admin"
"""The account of the machine itself: it checks every tile, so it sees all. Stands in no row."""
ADMIN_ROLE = "Admin"

COLUMNS = ["login", "role", "municipality_code", "block_code", "recipient_code"]
ALL = "*"


class AccessRefused(Exception):
    """`access.csv` and the list of people do not fit together; the message names every fault, in Russian."""


@dataclass(frozen=True, order=True)
class Scope:
    """A part of the city: all of it, a municipality, a sector block or a recipient."""

    municipality: str
    block: str | None = None
    recipient: str | None = None


@dataclass(frozen=True)
class Person:
    login: str
    role: str
    scopes: tuple[Scope, ...]


MACHINE = Person(ADMIN, ADMIN_ROLE, (Scope(ALL),))


def read(path: Path, people: Collection[str] | None, sees: Mapping[str, str]) -> list[Person]:
    """The people of `path` and the administrator. `people`: the logins that have an account, None if a directory knows
    them; `sees`: role → what its rows name. Raises AccessRefused."""
    rows = _rows(path)
    if people is None:
        people = {row["login"] for row in rows} - {""}
    faults = [fault for number, row in enumerate(rows, 2) for fault in _faults(number, row, sees)]
    roles: dict[str, set[str]] = {}
    for row in rows:
        roles.setdefault(row["login"], set()).add(row["role"])
    faults += [f"у «{login}» несколько ролей: {_list(named)}" for login, named in roles.items() if len(named) > 1]
    faults += _same_names({*roles, *people} - {""})
    without = set(people) - roles.keys()
    strangers = roles.keys() - set(people)
    faults += [f"нет строки, что можно видеть: {_list(without)}"] if without else []
    faults += [f"есть строка, но нет учётной записи: {_list(strangers)}"] if strangers else []
    if faults:
        raise AccessRefused(f"{path.name}: " + "; ".join(faults))
    scopes = {login: tuple(sorted({_scope(row) for row in rows if row["login"] == login})) for login in roles}
    return [MACHINE, *(Person(login, min(roles[login]), found) for login, found in sorted(scopes.items()))]


def as_given(people: Collection[Person], verifiers: Mapping[str, str]) -> list[dict[str, Any]]:
    """The people as `access.set_rights` takes them (plugins/mcu/warehouse/access.sql)."""
    return [
        {
            "login": person.login,
            "role": person.role,
            "verifier": verifiers[person.login],
            "scopes": [vars(scope) for scope in person.scopes],
        }
        for person in people
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            names = reader.fieldnames
            rows = [{key: (value or "").strip() for key, value in row.items() if key} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AccessRefused(f"{path}: не читается ({type(error).__name__})") from None
    if names != COLUMNS:
        raise AccessRefused(f"{path.name}: ожидаются столбцы {', '.join(COLUMNS)}")
    return rows


def _faults(number: int, row: Mapping[str, str], sees: Mapping[str, str]) -> list[str]:
    where = f"строка {number}"
    if not row["login"]:
        return [f"{where}: нет имени учётной записи"]
    if row["login"].casefold() == ADMIN:
        return [f"{where}: учётная запись {ADMIN} принадлежит самой установке, строка ей не нужна"]
    if (kind := sees.get(row["role"])) is None:
        return [f"{where}: роли «{row['role']}» нет в roles.yml"]
    named = {"block": row["block_code"], "recipient": row["recipient_code"]}
    extra = [column for column, code in named.items() if code and column != kind]
    if not row["municipality_code"]:
        return [f"{where}: не указан муниципалитет (все - {ALL})"]
    if extra:
        return [f"{where}: роль «{row['role']}» не ограничивается полем {extra[0]}_code"]
    if kind in named and not named[kind]:
        return [f"{where}: роли «{row['role']}» нужно поле {kind}_code"]
    if kind in named and row["municipality_code"] == ALL:
        return [f"{where}: к {kind}_code нужен код его муниципалитета"]
    return []


def _same_names(logins: Collection[str]) -> list[str]:
    """Superset signs in whoever types a login in any case: two such people would be one account."""
    several: dict[str, list[str]] = {}
    for login in sorted(logins):
        several.setdefault(login.casefold(), []).append(login)
    return [
        f"имена учётных записей различаются только прописными и строчными буквами: {_list(names)}"
        for names in several.values()
        if len(names) > 1
    ]


def _scope(row: Mapping[str, str]) -> Scope:
    return Scope(row["municipality_code"], row["block_code"] or None, row["recipient_code"] or None)


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
