"""The roles of `roles.yml` and the people of this installation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROLES = yaml.safe_load((Path(__file__).resolve().parents[1] / "roles.yml").read_text(encoding="utf-8"))


class UnknownRight(Exception):
    """`roles.yml` names a right that this version of Superset does not have."""


def sync_roles(dataset_perms: list[str]) -> list[str]:
    """Give every role exactly its rights and `datasource_access` to the datasets. Returns the names of the roles."""
    from superset import security_manager as sm

    data = [sm.add_permission_view_menu("datasource_access", perm) for perm in dataset_perms]
    for name, sets in ROLES["roles"].items():
        _set_rights(name, [*_rights(sets), *data])
    _set_rights("Public", _rights(ROLES["public"]))
    return list(ROLES["roles"])


def sync_users(admin_password: str, users: dict[str, dict[str, str]]) -> int:
    """Create or update the administrator and `users` (`{name: {password, role, first_name, last_name}}`). Returns their
    number."""
    admin = {"password": admin_password, "role": "Admin", "first_name": "Администратор", "last_name": "МЦУ"}
    everyone = {"admin": admin, **users}
    for name, given in everyone.items():
        _sync_user(name, given)
    return len(everyone)


def _set_rights(role_name: str, rights: list[Any]) -> None:
    from superset import security_manager as sm

    role = sm.find_role(role_name) or sm.add_role(role_name)
    if {right.id for right in role.permissions} != {right.id for right in rights}:
        role.permissions = rights


def _rights(sets: list[str]) -> list[Any]:
    from superset import security_manager as sm

    found = {}
    for permission, view in (pair for name in sets for pair in ROLES["rights"][name]):
        right = sm.find_permission_view_menu(permission, view)
        if right is None:
            raise UnknownRight(f"roles.yml: права «{permission} on {view}» в этой версии Superset нет")
        found[right.id] = right
    return list(found.values())


def _sync_user(name: str, given: dict[str, str]) -> None:
    from werkzeug.security import check_password_hash, generate_password_hash

    from superset import db
    from superset import security_manager as sm

    role = sm.find_role(given["role"])
    if role is None:
        raise UnknownRight(f"пользователь {name}: роли «{given['role']}» нет в roles.yml")
    user = sm.find_user(name)
    if user is None:
        user = sm.user_model(username=name, email=f"{name}@localhost", active=True)
        db.session.add(user)
    user.first_name, user.last_name = given["first_name"], given["last_name"]
    if user.roles != [role]:
        user.roles = [role]
    if not user.password or not check_password_hash(user.password, given["password"]):
        user.password = generate_password_hash(given["password"])
