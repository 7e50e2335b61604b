"""Backups: `mcu backup`, `mcu restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line, print_table

app = Commands("Резервные копии.")


@app.command("backup", example="mcu backup --to /mnt/backups")
def backup(
    to: Annotated[Path | None, typer.Option("--to", metavar="ПАПКА", help="Куда; иначе MCU_BACKUPS")] = None,
) -> None:
    """Сделать резервную копию: три базы, принятые файлы, публикации, секреты; всё зашифровано парольной фразой."""
    from mcu.backup import back_up

    result = back_up(to)
    rows = [(part.name, _megabytes(part.size), f"{part.seconds:.1f}") for part in result.manifest.parts]
    print_table(("Часть", "МБ", "Секунд"), rows)
    print_line(f"Резервная копия: {result.folder}")
    if result.deleted:
        print_line(f"Удалены старые: {', '.join(result.deleted)}")


@app.command("restore", example="mcu restore /mnt/backups/2026-11-26T01-30-00Z")
def restore(
    folder: Annotated[Path, typer.Argument(metavar="ПАПКА", help="Папка одной резервной копии")],
    replace: Annotated[bool, typer.Option("--replace", help="Заменить данные, которые здесь уже есть")] = False,
    check: Annotated[bool, typer.Option("--check", help="Только проверить, что копия цела и открывается")] = False,
) -> None:
    """Восстановить установку из резервной копии; платформа должна быть остановлена."""
    from mcu import backup

    if check:
        manifest = backup.check(folder)
        print_line(f"Копия от {manifest.made_at:%d.%m.%Y %H:%M} UTC цела, частей: {len(manifest.parts)}.")
        return
    result = backup.restore(folder, replace=replace)
    print_table(("Шаг", "Секунд"), [(step, f"{seconds:.1f}") for step, seconds in result.seconds.items()])
    print_line("Восстановлено. Запустите платформу: make up; на сервере: docker compose up -d.")


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f}".replace(".", ",")
