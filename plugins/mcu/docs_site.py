"""The documentation as a site: docs/ by MkDocs, with dbt's own documentation of the models inside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mcu.errors import UserError
from mcu.settings import ROOT, settings
from mcu.warehouse import dbt, embedded

# dbt's page carries everything it shows; nothing may be loaded from elsewhere, whatever a later version asks for.
_NOTHING_FROM_OUTSIDE = (
    '<meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:\">"
)


def build_site() -> Path:
    """Build the whole site into `var/site`; the path of its first page. It opens from the folder, without a server.

    With the database running, dbt's pages show the columns as they are in it. Raises DbtFailed, or UserError when a
    page links to nothing.
    """
    site = settings().var.resolve() / "site"
    run_mkdocs(site)
    (site / "dbt").mkdir(exist_ok=True)
    (site / "dbt" / "index.html").write_text(_dbt_page(), encoding="utf-8")
    return site / "index.html"


def run_mkdocs(site: Path) -> None:
    """docs/ → `site`. Raises UserError with what MkDocs complains of: a broken link, a page outside the menu."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean", "--site-dir", str(site)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise UserError(f"Сайт документации не собран: {done.stdout.strip()}")


def _dbt_page() -> str:
    """dbt's documentation in one file."""
    dbt.run_dbt(["parse"])
    catalog = [] if settings().database_url or embedded.is_running() else ["--empty-catalog"]
    dbt.run_dbt(["docs", "generate", "--static", "--no-compile", *catalog])
    page = (dbt.state() / "target" / "static_index.html").read_text(encoding="utf-8")
    if "<head>" not in page:
        raise UserError("Страница dbt изменилась: в ней нет <head>, защита от внешних запросов не поставлена.")
    return page.replace("<head>", f"<head>{_NOTHING_FROM_OUTSIDE}", 1)
