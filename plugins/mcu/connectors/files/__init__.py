"""A folder into which people drop exports: XLSX, CSV.

`Folder` finds what waits, tells when a file has stopped growing and keeps it under its SHA-256;
`read_file` turns one file into pages or refuses it with a reason that a person can act on."""

from mcu.connectors.base import register
from mcu.connectors.files.faults import FileRefused, FileTorn
from mcu.connectors.files.folder import Folder
from mcu.connectors.files.keep import Kept, export_time, keep_file, signature, time_in_name
from mcu.connectors.files.reading import is_wanted, read_file
from mcu.sources.spec import Files, SourceSpec

__all__ = [
    "FileRefused",
    "FileTorn",
    "Folder",
    "Kept",
    "export_time",
    "is_wanted",
    "keep_file",
    "open_folder",
    "read_file",
    "signature",
    "time_in_name",
]


@register("files")
def open_folder(spec: SourceSpec, url: str) -> Folder:
    assert isinstance(spec.connector, Files)
    return Folder(spec.connector, url)
