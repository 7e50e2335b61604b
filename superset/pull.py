"""Bring what somebody has changed on a page of Superset back into its files: only what differs is written.

Nothing in Superset is changed. What the form of the files cannot say is named and not written; then the exit code is 1.

    python superset/pull.py FOLDER… [--assets FOLDER]
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ.setdefault("SUPERSET_CONFIG_PATH", str(HERE / "superset_config.py"))
sys.path.insert(0, str(HERE))

from deploy.files import ASSETS  # noqa: E402  # found only by the path above
from pulling import changes, stored  # noqa: E402
from sync import quieten  # noqa: E402


def main() -> int:
    arguments = argparse.ArgumentParser(description="Перенести изменения страницы Superset в файлы")
    arguments.add_argument("folders", nargs="+", help="папка страницы, например sroki")
    arguments.add_argument("--assets", type=Path, default=ASSETS, help="где лежат файлы страниц")
    given = arguments.parse_args()
    logging.basicConfig(level=logging.ERROR)
    from superset.app import create_app

    app = create_app()
    quieten()
    is_whole = True
    try:
        with app.app_context():
            for folder in given.folders:
                change = changes.pull(folder, given.assets, stored)
                write(change, given.assets)
                is_whole = is_whole and not change.faults
    except changes.UnknownFolder as refused:
        print(f"ОШИБКА: {refused}")
        return 2
    except OSError as error:
        print(f"ОШИБКА: {error.filename} не записывается ({error.strerror})")
        return 2
    return 0 if is_whole else 1


def write(change: changes.Change, assets: Path) -> None:
    """Write the change and say what it is; nothing is said of no change."""
    for file, text in sorted(change.texts.items()):
        path = assets / file
        if text is None:
            path.unlink()
            print(f"удалён: {file}")
        else:
            word = "изменён" if path.exists() else "добавлен"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"{word}: {file}")
    for note in change.notes:
        print(f"учтите: {note}")
    for fault in change.faults:
        print(f"не записано: {fault}")


if __name__ == "__main__":
    sys.exit(main())
