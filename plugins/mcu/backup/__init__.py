"""Backups of an installation: its three databases, the files it has read, its publications and its secrets.

A backup is a folder. Every file in it but the manifest is encrypted with the passphrase, so that a copy on any disk
gives nothing away."""

from mcu.backup.create import BackupResult, back_up
from mcu.backup.restore import RestoreResult, restore
from mcu.backup.stored import Manifest, check, stored_backups

__all__ = ["BackupResult", "Manifest", "RestoreResult", "back_up", "check", "restore", "stored_backups"]
