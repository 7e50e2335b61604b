"""Opens the connector of a source by the type of its parameters."""

from __future__ import annotations

from mcu.connectors.base import Connector
from mcu.connectors.files import Folder, SftpFolder
from mcu.connectors.imap import Mailbox
from mcu.connectors.ok import OkConnector
from mcu.connectors.params import Files, Imap, Ok, Rest, Sql, Telegram, TelegramBot, Vk
from mcu.connectors.rest import RestConnector
from mcu.connectors.sql import SqlConnector
from mcu.connectors.telegram_bot import BotConnector
from mcu.connectors.vk import VkConnector
from mcu.secrets import connection_url
from mcu.settings import settings
from mcu.sources.spec import SourceSpec


def open_source(spec: SourceSpec, url: str | None = None) -> Connector:
    """The connector of `spec` at `url`, by default at the address in the secret `conn_<connection>`.
    Raises UserError if the address is missing or wrong."""
    url = connection_url(spec.connector.connection) if url is None else url
    match spec.connector:
        case Rest() as params:
            return RestConnector(params, spec.record.id, url)
        case Sql() as params:
            return SqlConnector(params, url)
        case Imap() as params:
            return Mailbox(params, url, settings().inbox / spec.slug)
        case Files() as params:
            return SftpFolder(params, url) if url.startswith("sftp://") else Folder(params, url)
        case Telegram() as params:
            return Folder(params, url)
        case TelegramBot() as params:
            return BotConnector(params, url)
        case Vk() as params:
            return VkConnector(params, url)
        case Ok() as params:
            return OkConnector(params, url)
