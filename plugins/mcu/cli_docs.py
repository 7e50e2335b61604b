"""`mcu docs`."""

from __future__ import annotations

from mcu.runtime.progress import console


def docs() -> None:
    """Собрать сайт документации; он открывается без сети.

    Пример: mcu docs
    """
    from mcu.docs_site import build_site

    console.print(f"Сайт собран: {build_site()}", markup=False, soft_wrap=True)
