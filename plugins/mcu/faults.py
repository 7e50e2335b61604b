"""Faults of the machine and the installation that any command may meet, in words."""

from __future__ import annotations

import errno
import sys

from mcu.errors import UserError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NOT_WRITABLE = (errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EIO)


class DiskFull(UserError):
    """No room is left, or the quota or the largest size of a file is reached."""

    code = "disk_full"


def in_words(error: Exception) -> UserError | None:
    """What to say instead of a traceback; None for an error of our own code."""
    if isinstance(error, UserError):
        return error
    if isinstance(error, OSError):
        return _of_the_machine(error)
    if "psycopg" in sys.modules:  # unloaded, it can have raised nothing
        import psycopg

        from mcu.warehouse import faults

        if isinstance(error, psycopg.Error):
            return faults.in_words(error)
    if "pydantic" in sys.modules:
        from pydantic import ValidationError

        if isinstance(error, ValidationError) and error.title == "Settings":
            return _of_the_settings(error.errors()[0]["loc"], str(error.errors()[0]["input"]))
    return None


def _of_the_machine(error: OSError) -> UserError | None:
    where = error.filename or ""
    if error.errno in _NO_ROOM:
        return DiskFull(f"На диске нет места. {where} Освободите его и повторите команду.".replace("  ", " "))
    if isinstance(error, PermissionError):
        return UserError(f"Нет доступа: {where}. Проверьте владельца и права (chown, chmod).", path=where)
    if error.errno in _NOT_WRITABLE:
        return UserError(f"Нельзя писать: {where} ({error.strerror}). Проверьте папку и носитель.", path=where)
    return None


def _of_the_settings(where: tuple[int | str, ...], value: str) -> UserError:
    name = f"MCU_{'_'.join(map(str, where)).upper()}"
    return UserError(f"Настройка {name}: значение «{value}» не подходит. Исправьте её в .env или в окружении.")
