"""A folder into which people drop exports: XLSX, CSV, JSON and archives of them; here or on an SFTP server.

`Folder` lists waiting files and checks that a file has stopped growing; `store_file` keeps a copy under its SHA-256;
`read_file` turns one file into pages or refuses it with a reason that a person can act on."""

from mcu.connectors.files.archive import Member, is_archive, unpack
from mcu.connectors.files.faults import FileRefused, FileTorn
from mcu.connectors.files.file_store import StoredFile, export_time, signature, store_file, time_in_name
from mcu.connectors.files.folder import Folder
from mcu.connectors.files.foreign_kinds import kind_refused
from mcu.connectors.files.name_patterns import is_readable, shown_name
from mcu.connectors.files.reading import read_file
from mcu.connectors.files.sftp import SftpFolder

__all__ = [
    "FileRefused",
    "FileTorn",
    "Folder",
    "Member",
    "SftpFolder",
    "StoredFile",
    "export_time",
    "is_archive",
    "is_readable",
    "kind_refused",
    "read_file",
    "shown_name",
    "signature",
    "store_file",
    "time_in_name",
    "unpack",
]
