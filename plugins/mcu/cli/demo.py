"""`mcu demo`."""

from __future__ import annotations

from mcu.cli.commands import Commands

app = Commands("Демонстрация.")


@app.command("demo", example="mcu demo")
def demo() -> None:
    """Развернуть всё и показать работу от источников до панели."""
    from mcu.runtime.demo import demo as run

    run()
