"""Protocols that sources speak, one file each. Importing the package registers them all."""

from mcu.connectors import files, imap, ok, rest, sql, telegram, telegram_bot, vk
from mcu.connectors.base import Connector, Page, SourceError, Window, known_types, open_connector

__all__ = [
    "Connector", "Page", "SourceError", "Window", "files", "imap", "known_types", "ok", "open_connector", "rest", "sql",
    "telegram", "telegram_bot", "vk",
]  # fmt: skip
