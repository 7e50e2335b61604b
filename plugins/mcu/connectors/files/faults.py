"""Reasons not to load a file. Each message says what is wrong and what to do."""

from __future__ import annotations

from mcu.connectors.base import SourceError

AGAIN = "Выгрузите его заново и положите в папку ещё раз."


class FileRefused(SourceError):
    """The file cannot be loaded as it is."""

    code = "file_refused"


class FileTorn(FileRefused):
    """The file ends in the middle: it is damaged, or still being written."""

    code = "file_torn"


class NoRows(FileRefused):
    """A table has a header and nothing below it."""

    code = "file_empty"


class ColumnsMissing(FileRefused):
    """A table has no header that fits."""

    code = "columns_missing"
