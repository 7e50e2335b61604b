"""The roles of `roles.yml` and the people of this installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from deploy.access import ADMIN, Person
from guard.first_password import SHORTEST_PASSWORD, given_hash, note_given

ROLES = yaml.safe_load((Path(__file__).resolve().parents[1] / "roles.yml").read_text(encoding="utf-8"))


class AccountsRefused(Exception):
    """The list of accounts is no list of accounts, or a password in it can be guessed."""


class UnknownRight(Exception):
    """`roles.yml` names a right that this version of Superset does not have."""


SEES = {name: role["sees"] for name, role in ROLES["roles"].items()}
"""Role → what its rows in access.csv name."""


def sync_roles(dataset_perms: list[str]) -> list[str]:
    """Give every role exactly its rights and `datasource_access` to the datasets. Returns the names of the roles."""
    from superset import security_manager as sm

    data = [sm.add_permission_view_menu("datasource_access", perm) for perm in dataset_perms]
    for name, role in ROLES["roles"].items():
        _set_rights(name, [*_rights(role["may"]), *data])
    _set_rights("Public", _rights(ROLES["public"]))
    return list(ROLES["roles"])


ACCOUNTS = "MCU_SUPERSET_USERS"


def read_accounts(text: str) -> dict[str, dict[str, str]]:
    """Login → password, first_name, last_name; before anything is changed. Raises AccountsRefused."""
    try:
        given = json.loads(text or "{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise AccountsRefused(f'{ACCOUNTS}: нужен JSON вида {{"имя": {{"password", "first_name", "last_name"}}}}')
    if ADMIN in given:
        raise AccountsRefused(f"{ACCOUNTS}: «{ADMIN}» — учётная запись установки, её пароль здесь не задаётся")
    needed = ("password", "first_name", "last_name")
    for login, account in given.items():
        is_mapping = isinstance(account, dict)
        if lacking := [name for name in needed if not is_mapping or not isinstance(account.get(name), str)]:
            raise AccountsRefused(f"{ACCOUNTS}: у «{login}» нет текста: {', '.join(lacking)}")
    if short := sorted(login for login in given if len(given[login]["password"]) < SHORTEST_PASSWORD):
        raise AccountsRefused(
            f"{ACCOUNTS}: пароль короче {SHORTEST_PASSWORD} знаков: {', '.join(short)}. Задайте длиннее."
        )
    return given


def sync_users(people: list[Person], accounts: dict[str, dict[str, str]]) -> int:
    """Create or update the `people`. `accounts`: `{login: {password, first_name, last_name}}`. A person changes the
    password at the first sign-in, and keeps the changed one until the list gives another; with `keeps_password` the
    password is always that of the list. Who has no account there is a person of a directory, without a password here
    and with the names that the directory gives at the sign-in. Returns the number of people. Raises UnknownRight."""
    for person in people:
        _sync_user(person, accounts.get(person.login))
    return len(people)


def deactivate_others(people: list[Person]) -> None:
    """Whoever is no longer among the people; an open session of theirs ends with its next request."""
    from superset import security_manager as sm

    names = {person.login for person in people}

    for user in sm.get_all_users():
        if user.username not in names:
            user.active, user.roles = False, []


def _set_rights(role_name: str, rights: list[Any]) -> None:
    from superset import security_manager as sm

    role = sm.find_role(role_name) or sm.add_role(role_name)
    if {right.id for right in role.permissions} != {right.id for right in rights}:
        role.permissions = rights


def _rights(sets: list[str]) -> list[Any]:
    from superset import security_manager as sm

    found = {}
    for permission, view in (pair for name in sets for pair in ROLES["rights"][name]):
        right = sm.find_permission_view_menu(permission, _own(view))
        if right is None:
            raise UnknownRight(f"roles.yml: права «{permission} on {view}» в этой версии Superset нет")
        found[right.id] = right
    return list(found.values())


def _own(view: str) -> str:
    """Flask-AppBuilder has the page of a person under another name for each way of signing in."""
    from superset import security_manager as sm

    return str(sm.user_view.class_permission_name) if view == "UserDBModelView" else view


def _sync_user(person: Person, given: dict[str, str] | None) -> None:
    from superset import db
    from superset import security_manager as sm

    name, role = person.login, sm.find_role(person.role)
    if role is None:
        raise UnknownRight(f"роли «{person.role}» в Superset ещё нет: сначала выполните mcu dashboards sync")
    user = sm.find_user(name)
    if user is None:
        user = sm.user_model(email=f"{name}@localhost", first_name=name, last_name="")
        db.session.add(user)
    user.username = name  # the letters that the rights are given to
    user.active = True
    if user.roles != [role]:
        user.roles = [role]
    if given is None:
        user.password = None
    else:
        user.first_name, user.last_name = given["first_name"], given["last_name"]
        _give_password(user, given)


def _give_password(user: Any, given: dict[str, str]) -> None:
    from werkzeug.security import check_password_hash, generate_password_hash

    keeps = given.get("keeps_password")
    known = user.password if keeps else given_hash(user.username)
    if user.password is None or known is None or not check_password_hash(known, given["password"]):
        user.password = generate_password_hash(given["password"])
        if not keeps:
            note_given(user.username, user.password)
