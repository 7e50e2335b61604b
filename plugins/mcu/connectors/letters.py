"""The attachments of a letter, under names fit for a folder, however odd or broken the letter is."""

from __future__ import annotations

import binascii
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

from mcu.connectors.files.encodings import likely_text

LONGEST_STEM = 160
"""Bytes of a file's name without its ending: with what is put around it, a folder takes 255."""
_ENDINGS = {
    "application/vnd.ms-excel": ".xls",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/ms-tnef": ".dat",
    "text/csv": ".csv",
    "application/json": ".json",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
"""For attachments without a name, or with a name without an ending."""
_NO_FILES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_UUENCODED = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]+)\r?\n(.*?)^end\s*$", re.DOTALL | re.MULTILINE)


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
        for name, body in [] if part.is_multipart() else _files(part):
            number += 1
            owner = hashlib.sha256(message_id + b"\0" + body).hexdigest()[:12]
            yield Attachment(f"{owner}_{number}_{name}", body, _sent_at(letter))
    if any(part.get_content_maintype() == "multipart" and not part.is_multipart() for part in parts):
        raise LetterBroken


def _files(part: Message) -> list[tuple[str, bytes]]:
    """(name, content) of the file that a part is, or of those that old programs write into the text of a letter."""
    payload = part.get_payload(decode=True)
    body = payload if isinstance(payload, bytes) else b""
    if name := _name(part):
        return [(name, body)]
    if part.get_content_maintype() != "text":
        return []
    return [(_fit(likely_text(found[1])), _uudecoded(found[2])) for found in _UUENCODED.finditer(body)]


def _uudecoded(lines: bytes) -> bytes:
    """As far as it can be decoded: the reader of files reports what is wrong."""
    content = b""
    with suppress(binascii.Error):
        for line in lines.splitlines():
            content += binascii.a2b_uu(line)
    return content


def _is_file(part: Message) -> bool:
    """True for a part without a name that is a file all the same: neither the letter's text nor its decoration."""
    if part.get_content_disposition() == "attachment":
        return True
    kind = part.get_content_type()
    if kind in _NO_FILES or part.get_content_maintype() in ("image", "message", "multipart"):
        return False
    return kind in _ENDINGS or part.get_content_maintype() != "text"


def _name(part: Message) -> str:
    """The file's name in any encoding (RFC 2231, RFC 2047), made fit for a folder; empty if the part is no file."""
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        name = "вложение"
    # In an unknown encoding the ending may still be plain text.
    with suppress(LookupError, ValueError, HeaderParseError):
        name = str(make_header(decode_header(name)))
    if part.get_content_type() in _NO_FILES or (not name and not _is_file(part)) or _is_decoration(part):
        return ""
    return _fit(name, part.get_content_type())


def _is_decoration(part: Message) -> bool:
    """True for a picture that the letter's own text shows."""
    return part.get_content_maintype() == "image" and (
        part.get_content_disposition() == "inline" or bool(part.get("Content-ID"))
    )


def _fit(name: str, content_type: str = "") -> str:
    """A name that any folder takes, with an ending."""
    stem, _, kind = re.sub(r"[^\w.()№ -]+", "_", name).strip(" .").rpartition(".")
    if not stem:
        stem, kind = kind or "вложение", _ENDINGS.get(content_type, "")[1:]
    ending = f".{kind[:10]}" if kind else ""
    return stem.encode()[-LONGEST_STEM:].decode(errors="ignore") + ending


def _sent_at(letter: Message) -> float:
    """The time in its Date header, but not later than now."""
    try:
        return min(parsedate_to_datetime(str(letter["Date"])).timestamp(), time())
    except (TypeError, ValueError, OverflowError, LookupError):
        return time()
