"""`mcu sources connect`: gives a source its address, the secret `conn_<connection>`."""

from __future__ import annotations

import os
from collections.abc import Callable

from mcu.connectors.params import Files, Imap, Telegram
from mcu.errors import UserError
from mcu.secrets import given_secret, put_secret
from mcu.settings import settings
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec

FORMS = {
    "rest": "https://:КЛЮЧ@сервер", "sql": "postgresql://имя:пароль@сервер/база",
    "imap": "imaps://имя:пароль@сервер", "vk": "https://:КЛЮЧ@сервер", "ok": "https://:КЛЮЧ@сервер",
    "telegram_bot": "https://:КЛЮЧ@сервер",
}  # fmt: skip  # a table
"""Protocol → what an address looks like, for people."""


class AlreadyConnected(UserError):
    """The address stands elsewhere and would win, or is another one. Fields: connection."""

    code = "already_connected"


def connect_source(spec: SourceSpec, ask: Callable[[str], str]) -> str:
    """Store the address of a source; what was done, for people.

    A source of files gets the folder `var/inbox/<slug>`; for any other `ask` is called with a question and answers the
    address. Raises AlreadyConnected, or UserError if the address has another form than the protocol needs."""
    connection = spec.connector.connection
    name = f"conn_{connection}"
    if os.environ.get(variable := f"MCU_SECRET_{name.upper()}"):
        raise AlreadyConnected(f"Адрес задан переменной {variable}: измените её.", connection=connection)
    if isinstance(spec.connector, Files | Telegram) and not isinstance(spec.connector, Imap):
        return _connect_inbox(spec, name)
    address = ask(f"Адрес источника «{spec.title}» ({FORMS[spec.connector.type]})").strip()
    open_source(spec, address)
    put_secret(name, address)
    return f"Адрес записан: секрет {name}. Проверить: mcu sources check {spec.slug}"


def _connect_inbox(spec: SourceSpec, name: str) -> str:
    folder = settings().inbox.resolve() / spec.slug
    given = given_secret(name)
    if given and given != folder.as_uri():
        raise AlreadyConnected(
            f"Уже задан другой адрес: {settings().secrets_dir / name}. Чтобы читать из {folder}, удалите его.",
            connection=spec.connector.connection,
        )
    folder.mkdir(parents=True, exist_ok=True)
    put_secret(name, folder.as_uri())
    return f"Папка для файлов: {folder}. Положите в неё выгрузку и выполните: mcu sources check {spec.slug}"
