"""A folder into which people drop exports: XLSX, CSV, JSON and ZIP archives of them; here or on an SFTP server.

`Folder` finds what waits, tells when a file has stopped growing and keeps it under its SHA-256;
`read_file` turns one file into pages or refuses it with a reason that a person can act on."""

from mcu.connectors.files.archive import Member, is_archive, unpack
from mcu.connectors.files.faults import FileRefused, FileTorn
from mcu.connectors.files.folder import Folder
from mcu.connectors.files.keep import Kept, export_time, keep_file, signature, time_in_name
from mcu.connectors.files.reading import READERS, read_file
from mcu.connectors.files.sftp import SftpFolder
from mcu.connectors.files.wanted import is_wanted

__all__ = [
    "READERS",
    "FileRefused",
    "FileTorn",
    "Folder",
    "Kept",
    "Member",
    "SftpFolder",
    "export_time",
    "is_archive",
    "is_wanted",
    "keep_file",
    "read_file",
    "signature",
    "time_in_name",
    "unpack",
]
