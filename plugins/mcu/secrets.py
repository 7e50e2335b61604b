"""Secrets of this installation: generated at first need into `var/secrets/<name>` (mode 600),
or given by the environment variable `MCU_SECRET_<NAME>`, which wins. None is ever in git."""

from __future__ import annotations

import os
import secrets as _secrets
import tempfile
from pathlib import Path

from mcu.errors import UserError
from mcu.settings import settings


class SecretMissing(UserError):
    """A secret that nobody can generate (a connection's address) was not given."""

    code = "secret_missing"


class SecretUnreadable(UserError):
    """A secret's file is there but gives no value: no permission, or it is empty. Fields: name, path."""

    code = "secret_unreadable"


def secret(name: str, *, generate: bool = True) -> str:
    """The secret `name`; generated when missing unless `generate=False`, which then raises SecretMissing.
    Raises SecretUnreadable."""
    given = os.environ.get(f"MCU_SECRET_{name.upper()}")
    if given:
        return given
    path = _path(name)
    if found := _read(name):
        return found
    if not generate:
        raise SecretMissing(f"Не задано: переменная MCU_SECRET_{name.upper()} или файл {path}")
    try:
        draft = _draft(name, _secrets.token_urlsafe(24))
    except PermissionError:
        raise SecretUnreadable(
            f"В папку секретов {path.parent} нельзя писать: верните её себе (chown, chmod 700).", name=name, path=path
        ) from None
    try:
        path.hardlink_to(draft)  # of two processes that generate at once, one wins and both read it
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _read(name) or ""


def _read(name: str) -> str | None:
    """The value in the secret's file; None if there is no file."""
    path = _path(name)
    try:
        value = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = "это не текст UTF-8" if isinstance(error, UnicodeDecodeError) else "нет доступа"
        advice = "Запишите его заново" if isinstance(error, UnicodeDecodeError) else "Верните доступ: chown, chmod 600"
        raise SecretUnreadable(f"Секрет {path} не читается: {why}. {advice}.", name=name, path=path) from None
    if not value:
        raise SecretUnreadable(f"Секрет {path} пуст: впишите значение или удалите файл.", name=name, path=path)
    return value


def put_secret(name: str, value: str) -> str:
    """Keep `value` as the secret `name`, atomically, readable by this user only."""
    _draft(name, value).replace(_path(name))
    return value


def _draft(name: str, value: str) -> Path:
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{name}.")  # mode 600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(value)
    return Path(draft)


def is_given_by_environment(name: str) -> bool:
    """True if the environment gives the secret, whatever its file holds."""
    return bool(os.environ.get(f"MCU_SECRET_{name.upper()}"))


def drop_secret(name: str) -> None:
    """Delete the file of a secret that is not needed any more."""
    _path(name).unlink(missing_ok=True)


def connection_url(connection: str) -> str:
    """The address of the connection a source spec names: secret `conn_<name>`, a URL whose
    scheme fits the connector (`http://:TOKEN@host/…`, `file:///folder`, `postgresql://…`). Raises SecretMissing."""
    name = f"conn_{connection}"
    try:
        return secret(name, generate=False)
    except SecretMissing:
        raise SecretMissing(
            f"Адрес соединения «{connection}» не задан. Задайте его: mcu sources connect ИСТОЧНИК"
            f" (файл {_path(name)}; на сервере - переменная MCU_SECRET_{name.upper()})"
        ) from None


def given_secret(name: str) -> str | None:
    """The secret `name` where somebody gave it."""
    try:
        return secret(name, generate=False)
    except SecretMissing:
        return None


def is_given(name: str) -> bool:
    """Whether somebody gave the secret. One that cannot be read counts: its first use says what is wrong."""
    try:
        return given_secret(name) is not None
    except SecretUnreadable:
        return True


def is_connected(connection: str) -> bool:
    """Whether the address of the connection is given."""
    return is_given(f"conn_{connection}")


def _path(name: str) -> Path:
    return settings().secrets_dir / name
