"""`mcu maps missing`: names of sources that no map knows, and values that could not be read."""

from __future__ import annotations

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Таблицы соответствия.")


@app.command("missing", example="mcu maps missing")
def missing() -> None:
    """Показать слова источников, которых нет в таблицах соответствия, с готовыми строками для них, и нераспознанные
    значения."""
    from mcu.onboarding.mapping_gaps import describe_gaps
    from mcu.onboarding.sample import missing_in_maps
    from mcu.onboarding.unread_values import describe_unread

    for line in [*describe_gaps(missing_in_maps()), *describe_unread()] or ["Все значения источников распознаны."]:
        print_line(line)
