"""Where a recipient's mail goes. Real addresses are kept in a secret, never in git."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from mcu.errors import UserError
from mcu.secrets import SecretMissing, secret
from mcu.settings import settings

SECRET = "recipient_addresses"
NOBODY = ("unknown", "none")
"""Codes of dim_recipient that are no organisation: a name that no map knows, and an item with no recipient yet."""

_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")  # printable ASCII with one «@»: nothing that could break a header


def address_of(recipient_code: str, given: Mapping[str, str]) -> str | None:
    """The address by the secret mapping or else by the template; None if there is none. Raises UserError."""
    template = settings().recipient_mail_template
    if recipient_code in NOBODY:
        return None
    address = given.get(recipient_code) or template.replace("{recipient_code}", recipient_code)
    if address and not _ADDRESS.fullmatch(address):
        raise UserError(
            f"Адрес получателя {recipient_code} записан неверно: исправьте секрет {SECRET} "
            "или MCU_RECIPIENT_MAIL_TEMPLATE (нужен вид имя@домен)."
        )
    return address or None


def given_addresses() -> dict[str, str]:
    """The secret `recipient_addresses`: recipient_code → address; empty if it is not set. Raises UserError."""
    try:
        text = secret(SECRET, generate=False)
    except SecretMissing:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(address, str) for address in found.values()):
        # The text is not quoted in the message: it holds addresses.
        raise UserError(f'Секрет {SECRET} не читается: нужен JSON вида {{"код получателя": "адрес"}}.')
    return found
