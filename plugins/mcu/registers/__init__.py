"""Registers that people keep by hand: the workbooks we give them, with drop-down lists and checks."""

from __future__ import annotations

from pathlib import Path

from mcu.errors import UserError
from mcu.registers import measures, paper
from mcu.registers.book import Register, template

REGISTERS: dict[str, Register] = {"register": paper.REGISTER, "measures": measures.REGISTER}
"""Name of the template → the register."""


def write_template(name: str, path: Path | None) -> Path:
    """Write the empty register to `path` (default: its own name in the folder at hand). Raises UserError."""
    register = REGISTERS[name]
    path = path or Path(register.file_name)
    if path.is_dir():
        path /= register.file_name
    if path.suffix.lower() != ".xlsx":
        raise UserError(f"Шаблон - книга Excel: имя файла должно оканчиваться на .xlsx, а не «{path.name}».")
    if path.exists():
        raise UserError(f"Файл {path} уже есть. Укажите другое имя: заполненный журнал не должен пропасть.")
    try:
        path.write_bytes(template(register))
    except OSError as error:
        raise UserError(f"Не удалось записать {path} ({error.strerror}).") from None
    return path
