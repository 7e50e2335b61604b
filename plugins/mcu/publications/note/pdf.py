"""The note as PDF, where LibreOffice is present: a view of the DOCX, not part of what the ledger fixes."""

from __future__ import annotations

import logging
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mcu import leftovers

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 120


def beside(folders: Iterable[Path]) -> None:
    """Make a PDF beside each DOCX of the folders that has none, in one start of LibreOffice. Without it, or if it
    fails, there is none."""
    program = shutil.which("soffice")
    found = [path for folder in folders for path in sorted(folder.glob("*.docx"))]
    waiting = [path for path in found if not path.with_suffix(".pdf").exists()]
    if not program or not waiting:
        return
    with tempfile.TemporaryDirectory(prefix=leftovers.prefix("pdf"), dir=leftovers.folder()) as place:
        command = [program, f"-env:UserInstallation=file://{place}/profile", "--headless", "--convert-to", "pdf"]
        command += ["--outdir", place, *map(str, waiting)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_SECONDS)
            for path in waiting:
                (Path(place) / path.with_suffix(".pdf").name).replace(path.with_suffix(".pdf"))
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("PDF не составлен (%s): DOCX готов без него", type(error).__name__)
