"""Where the mail of a recipient or of the head of a block goes. Real addresses are kept in a secret, never in git."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from mcu.errors import UserError
from mcu.publications.digest.lists import DeadlineList
from mcu.secrets import SecretMissing, secret
from mcu.settings import settings

SECRET = "recipient_addresses"
_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")  # printable ASCII with one «@»: nothing that could break a header


def address_of(one: DeadlineList, given: Mapping[str, str]) -> str | None:
    """The address by the secret mapping or else by the template; None for the duty, and if there is none. Raises
    UserError."""
    if one.audience == "duty":
        return None
    address = given.get(one.code) or settings().recipient_mail_template.replace("{recipient_code}", one.code)
    if address and not _ADDRESS.fullmatch(address):
        raise UserError(
            f"Адрес получателя {one.code} записан неверно: исправьте секрет {SECRET} "
            "или MCU_RECIPIENT_MAIL_TEMPLATE (нужен вид имя@домен)."
        )
    return address or None


def given_addresses() -> dict[str, str]:
    """The secret `recipient_addresses`: code of a recipient or of a block's head → address; empty if it is not set.
    Raises UserError."""
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
