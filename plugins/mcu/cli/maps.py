"""`mcu maps missing`: names of sources that no map knows."""

from __future__ import annotations

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Таблицы соответствия.")


@app.command("missing", example="mcu maps missing")
def missing() -> None:
    """Показать слова источников, которых нет в таблицах соответствия, с готовыми строками для них."""
    from mcu.onboarding.mapping_gaps import describe_gaps
    from mcu.onboarding.sample import missing_in_maps

    for line in list(describe_gaps(missing_in_maps())) or ["Все значения источников распознаны."]:
        print_line(line)
