"""The roles of `roles.yml` and the people of this installation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from deploy.access import Person
from guard.first_password import SHORTEST_PASSWORD, given_hash, note_given

ROLES = yaml.safe_load((Path(__file__).resolve().parents[1] / "roles.yml").read_text(encoding="utf-8"))


class ShortPassword(Exception):
    """A person's password can be guessed."""


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


def refuse_short(accounts: dict[str, dict[str, str]]) -> None:
    """Raises ShortPassword."""
    passwords = {name: given["password"] for name, given in accounts.items() if "password" in given}
    if short := sorted(name for name, password in passwords.items() if len(password) < SHORTEST_PASSWORD):
        raise ShortPassword(f"пароль короче {SHORTEST_PASSWORD} знаков: {', '.join(short)}. Задайте длиннее.")


def sync_users(people: list[Person], accounts: dict[str, dict[str, str]]) -> int:
    """Create or update the `people`. `accounts`: `{login: {password, first_name, last_name}}`. A person changes the
    password at the first sign-in, and keeps the changed one until the list gives another; with `keeps_password` the
    password is always that of the list. Who has no account there is a person of a directory, without a password here
    and with the names that the directory gives at the sign-in. Whoever is no longer among the people is deactivated; an
    open session of theirs ends with its next request. Returns the number of people. Raises UnknownRight."""
    for person in people:
        _sync_user(person, accounts.get(person.login))
    _deactivate_others({person.login for person in people})
    return len(people)


def _deactivate_others(names: set[str]) -> None:
    from superset import security_manager as sm

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
