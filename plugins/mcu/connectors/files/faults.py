"""Why a file is not loaded; each message says what is wrong and what to do."""

from __future__ import annotations

from mcu.connectors.base import SourceError

AGAIN = "Выгрузите его заново и положите в папку ещё раз."


class FileRefused(SourceError):
    """The file as it is cannot be loaded."""

    code = "file_refused"


class FileTorn(FileRefused):
    """So looks a file that is still being written, too."""

    code = "file_torn"
