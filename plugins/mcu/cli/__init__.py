"""`mcu`: the platform from the command line, by subject and verb. Thin: each command calls one function and prints."""

from __future__ import annotations

import os

from mcu.cli import (
    access,
    backup,
    boundaries,
    dags,
    dashboards,
    docs,
    explain,
    loads,
    maps,
    marts,
    matters,
    pepper,
    platform,
    problems,
    publications,
    publish,
    recommendations,
    requests,
    server,
    slices,
    sources,
    templates,
    topics,
    whatif,
)
from mcu.cli.commands import Commands

app = Commands("Платформа данных МЦУ.", program="mcu")
for top_level in (platform, backup, server, explain, whatif, docs):
    app.add_typer(top_level.app)
for name, subject in {
    "sources": sources,
    "loads": loads,
    "maps": maps,
    "marts": marts,
    "matters": matters,
    "problems": problems,
    "recommendations": recommendations,
    "publish": publish,
    "publications": publications,
    "slice": slices,
    "requests": requests,
    "boundaries": boundaries,
    "dashboards": dashboards,
    "access": access,
    "dags": dags,
    "templates": templates,
    "topics": topics,
    "pepper": pepper,
}.items():
    app.add_typer(subject.app, name=name)


def main() -> None:
    """Run the command line. Files that it writes are readable by their owner only: they may hold personal data."""
    os.umask(0o077)
    app()
