"""The attachments of a letter, under names fit for a folder, however odd or broken the letter is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from time import time

LONGEST_STEM = 160
"""Bytes of a file's name without its ending: with what is put around it, a folder takes 255."""
_ENDINGS = {
    "text/csv": ".csv",
    "application/json": ".json",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
"""For attachments without a name, or with a name without an ending."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a letter, ready to be written into a folder."""

    name: str
    content: bytes
    sent_at: float


class LetterBroken(Exception):
    """Some parts of a letter cannot be found in it."""


def attachments(content: bytes) -> Iterator[Attachment]:
    """Every file of a letter and of the letters forwarded in it. A name begins with a hash of the Message-ID and the
    content and with the file's number, so names of one letter never collide and do not change when it comes again.
    A file in a broken encoding is yielded as far as it can be decoded: the reader of files reports what is wrong.
    Raises LetterBroken after the last file if parts of the letter cannot be found."""
    try:
        # The default policy: the newer one rejects file names that break a rule, and many do.
        letter = message_from_bytes(content)
        parts = list(letter.walk())
    except Exception:  # the parser documents no errors, and bytes that are no letter raise many kinds
        raise LetterBroken from None
    message_id = str(letter.get("Message-ID") or "").strip().encode()
    number = 0
    for part in parts:
        name = "" if part.is_multipart() else _name(part)
        if not name:
            continue
        number += 1
        payload = part.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else b""
        owner = hashlib.sha256(message_id + b"\0" + body).hexdigest()[:12]
        yield Attachment(f"{owner}_{number}_{name}", body, _sent_at(letter))
    if any(part.get_content_maintype() == "multipart" and not part.is_multipart() for part in parts):
        raise LetterBroken


def _name(part: Message) -> str:
    """The file's name in any encoding (RFC 2231, RFC 2047), made fit for a folder; empty if the part is no file."""
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        name = "вложение"
    # In an unknown encoding the ending may still be plain text.
    with suppress(LookupError, ValueError, HeaderParseError):
        name = str(make_header(decode_header(name)))
    if not name and part.get_content_disposition() != "attachment":
        return ""
    stem, _, kind = re.sub(r"[^\w.()№ -]+", "_", name).strip(" .").rpartition(".")
    if not stem:
        stem, kind = kind or "вложение", _ENDINGS.get(part.get_content_type(), "")[1:]
    ending = f".{kind[:10]}" if kind else ""
    return stem.encode()[-LONGEST_STEM:].decode(errors="ignore") + ending


def _sent_at(letter: Message) -> float:
    """The time in its Date header, but not later than now."""
    try:
        return min(parsedate_to_datetime(str(letter["Date"])).timestamp(), time())
    except (TypeError, ValueError, OverflowError, LookupError):
        return time()
