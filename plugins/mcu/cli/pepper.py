"""`mcu pepper rotate`."""

from __future__ import annotations

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Ключ псевдонимов.")


@app.command("rotate", example="mcu pepper rotate")
def rotate() -> None:
    """Заменить ключ псевдонимов и пересчитать по нему все хранимые псевдонимы."""
    from mcu.landing.rekey import rotate as run

    print_line(
        f"Ключ псевдонимов заменён, пересчитано записей: {run()}. Сделайте резервную копию: прежняя к этим данным не"
        " подходит. Следующий расчёт витрин будет полным."
    )
