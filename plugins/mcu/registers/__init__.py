"""Registers that people keep by hand: workbooks with drop-down lists and checks."""

from __future__ import annotations

from pathlib import Path

from mcu.errors import UserError
from mcu.registers import measures, paper, reviews
from mcu.registers.workbook import Register, template

REGISTERS: dict[str, Register] = {
    "register": paper.REGISTER,
    "measures": measures.REGISTER,
    "expert_marks": reviews.REGISTER,
}
"""Name of the template → the register."""


def write_template(name: str, path: Path | None) -> Path:
    """Write the empty register `name` to `path`: a file, a folder, or the current folder if None. Raises UserError."""
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
