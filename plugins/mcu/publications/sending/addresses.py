"""Where a publication goes: the secret `publication_addresses`, since an address may hold a password."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mcu.errors import UserError
from mcu.secrets import secret

SECRET = "publication_addresses"
SCHEMES = ("mailto", "sftp", "https")

_HOW = (
    f'Секрет {SECRET} — JSON вида {{"indicators:murmansk": ["mailto:имя@домен", "sftp://…", "https://…"]}}: вид '
    "публикации, двоеточие и код муниципального образования (или только вид), затем адреса."
)


def addresses_of(row: Mapping[str, Any]) -> list[str]:
    """The addresses of a publication, in their order. Raises UserError, SecretMissing."""
    try:
        given = json.loads(secret(SECRET, generate=False))
        found = given.get(f"{row['kind']}:{row['municipality_code']}") or given.get(row["kind"]) or []
    except (ValueError, AttributeError):
        # The text is not quoted in the message: it holds addresses.
        raise UserError(f"Секрет {SECRET} не читается. {_HOW}") from None
    urls = [found] if isinstance(found, str) else found
    if not isinstance(urls, list) or not all(isinstance(u, str) and urlsplit(u).scheme in SCHEMES for u in urls):
        raise UserError(f"Адреса публикации «{row['kind']}» записаны неверно. {_HOW}")
    if not urls:
        raise UserError(f"Адреса для «{row['kind']}» ({row['municipality_code']}) не заданы. {_HOW}")
    return list(dict.fromkeys(urls))


def shown(url: str) -> str:
    """An address without its password and its parameters."""
    parts = urlsplit(url)
    if parts.scheme == "mailto":
        return parts.path
    user = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{user}{parts.hostname}{port}{parts.path}"
