"""`mcu boundaries load`: municipal boundaries for the map of places."""

from __future__ import annotations

from mcu.cli.commands import Commands
from mcu.cli.output import print_line, print_mark
from mcu.errors import UserError

app = Commands("Границы муниципалитетов для карты.")


@app.command("load", example="MCU_GEO=/srv/mcu/geo mcu boundaries load")
def load() -> None:
    """Прочитать границы из папки, которую называет MCU_GEO, и заменить ими прежние. Файлы с ошибкой не принимаются:
    прежние границы остаются."""
    from mcu.boundaries.load import load as run
    from mcu.settings import settings

    folder = settings().geo
    if folder is None:
        raise UserError("Не указано, где лежат границы: задайте MCU_GEO - папку с файлами .geojson.")
    loaded = run(folder)
    for title, name in loaded.ours.items():
        print_mark(True, f"{title}: контур «{name}»")
    for title in loaded.without:
        print_mark(True, f"{title}: контура нет, на карте будут только места", is_doubtful=True)
    if loaded.neighbours:
        print_line(f"Соседи без цифр: {', '.join(loaded.neighbours)}")
