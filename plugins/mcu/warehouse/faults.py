"""Why the database does not serve, in words, and what to do."""

from __future__ import annotations

import re

import psycopg

from mcu.errors import UserError
from mcu.settings import settings


class DatabaseDown(UserError):
    """The database does not answer or refuses us; the message says why and what to do. Fields: port, role, program or
    log, as far as they matter."""

    code = "database_down"


class DatabaseUnprepared(UserError):
    """The database answers, but our schemas are not in it yet."""

    code = "database_unprepared"


def in_words(error: psycopg.Error) -> UserError | None:
    """The words for a fault of the installation; None for an error that only a programmer can act on."""
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.InvalidSchemaName):
        return DatabaseUnprepared(
            "В базе данных ещё нет наших таблиц: выполните make up, затем загрузите источники и mcu marts build."
        )
    if isinstance(error, psycopg.errors.DiskFull):
        return DatabaseDown("База данных: на диске нет места. Освободите его и повторите: записанное не пропало.")
    if not isinstance(error, psycopg.OperationalError):
        return None
    text = str(error)
    if refused := re.search(r'password authentication failed for user "(.+?)"', text):
        return _wrong_password(refused.group(1))
    if missing := re.search(r'FATAL:\s+(?:database|role) "(.+?)" does not exist', text):
        return DatabaseUnprepared(f"База данных не подготовлена: в ней нет «{missing.group(1)}». Выполните make up.")
    if "too many" in text or "remaining connection slots" in text:
        return DatabaseDown("База данных: заняты все соединения. Подождите минуту и повторите.")
    if "starting up" in text or "shutting down" in text:
        return DatabaseDown("База данных запускается или останавливается: повторите через минуту.")
    given = settings().database_url
    advice = "Проверьте адрес в MCU_DATABASE_URL и сам сервер." if given else "Запустите её: make up."
    return DatabaseDown(f"База данных не отвечает ({where()}). {advice}")


def where() -> str:
    """How people recognise the server; without a password."""
    if not settings().database_url:
        return f"порт {settings().pg_port}"
    return "сервер из MCU_DATABASE_URL"


def _wrong_password(role: str) -> DatabaseDown:
    if role.startswith("mcu_"):
        name = role.replace("mcu_", "pg_", 1)
        advice = f"Выполните make up: пароль будет назначен по секрету {name}."
    elif settings().database_url:
        advice = "Исправьте пароль в MCU_DATABASE_URL."
    else:
        advice = (
            f"Верните прежний секрет pg_admin ({settings().secrets_dir / 'pg_admin'} или MCU_SECRET_PG_ADMIN);"
            " если на этом порту чужой PostgreSQL, задайте MCU_PG_PORT."
        )
    return DatabaseDown(f"База данных ({where()}) не принимает пароль роли «{role}». {advice}", role=role)
