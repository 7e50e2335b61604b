"""Which files a source reads, by their names."""

from __future__ import annotations

import os
import re
import unicodedata
from fnmatch import fnmatch
from pathlib import PurePath

from mcu.connectors.files.encodings import likely_text
from mcu.connectors.params import Dropped, Files

BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
DELIMITED = (".csv", ".txt", ".tsv")
UNPACKED = (".zip", ".tar", ".gz", ".tgz")
"""Archives that are read."""
ARCHIVES = (*UNPACKED, ".rar", ".7z", ".bz2", ".xz")
_UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".draft", ".tmp")


def is_draft(name: str) -> bool:
    """True for what no person sent: hidden files, locks of editors, copies that are still under way."""
    return name.startswith((".", "~$")) or name.lower().endswith(_UNFINISHED)


def is_plain(name: str) -> bool:
    """True for the name of one file in one folder. A server may send «../../etc/cron.d/x»: such a name would lead out
    of the folder that the file is copied into."""
    return name not in ("", ".", "..") and not _LEADS_AWAY(name)


_LEADS_AWAY = re.compile(r"[/\\\x00-\x1f\x7f]|^\.\.").search


def is_readable(name: str, params: Dropped) -> bool:
    """True if the source reads a file of this name. A table may be of any kind unless the spec names patterns; who
    reads ZIP reads the other archives too."""
    name = name.strip(" .").lower()
    names = [name, str(PurePath(name).with_suffix(".zip"))] if ending(name) in UNPACKED else [name]
    if any(fnmatch(n, pattern.lower()) for n in names for pattern in params.name_patterns):
        return True
    return isinstance(params, Files) and params.format == "table" and not params.patterns and ending(name) in _TABLES


def ending(name: str) -> str:
    """The ending in small letters, with its point; empty if there is none or it holds odd signs."""
    found = PurePath(name.strip(" .")).suffix.lower()
    return found if found[1:].isalnum() and found.isascii() else ""


def shown_name(name: str) -> str:
    """A file's name for people and the ledger: programs of Windows leave names in their own encodings."""
    return unicodedata.normalize("NFC", likely_text(os.fsencode(name)))


_TABLES = (*BOOKS, *DELIMITED)
