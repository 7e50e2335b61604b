"""Check of the sign-in by a directory or an identity provider, in Superset's own environment."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from mcu.runtime.finding import Finding
from mcu.runtime.services import superset_env, superset_python

SLOWEST_SECONDS = 60


def sign_in() -> Iterator[Finding]:
    """The settings are whole, and the directory or provider answers. Nothing where people have local passwords."""
    if not Path(superset_python()).exists():
        return  # a server asks in its container: docs/runbook.md
    done = subprocess.run(
        [superset_python(), "-m", "sign_in.check"],
        env={**os.environ, **superset_env()},
        capture_output=True,
        text=True,
        timeout=SLOWEST_SECONDS,
    )
    if not done.stdout:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
    for is_ok, what, advice in json.loads(done.stdout):
        yield Finding(is_ok, what, advice)
