"""A whole build, killed -9 at several of its moments: nobody who reads notices, and the next run is none the worse."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from dbt_lives import NOW, SLUGS, version
from dbt_warehouse import accept, empty, facts, one

from ground import add_evidence

pytestmark = pytest.mark.soak

MOMENTS = (0.02, 0.2, 0.4, 0.6, 0.8, 0.95)
"""As shares of an undisturbed build."""
TITLE = "Полный расчёт, прерванный kill -9"


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """`mcu marts build` with all its processes in a group of their own."""
    as_of = (NOW + timedelta(days=1)).isoformat()
    return subprocess.Popen(
        [sys.executable, "-m", "mcu", "marts", "build", *arguments],
        env={**os.environ, "MCU_AS_OF": as_of}, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip  # a table


def seconds_of(*arguments: str) -> float:
    started = time.monotonic()
    assert start(*arguments).wait(3_600) == 0
    return time.monotonic() - started


def test_a_build_killed_at_any_moment_disturbs_nobody_and_is_healed(warehouse: Path) -> None:
    empty()
    rng = Random(11)
    for slug in SLUGS:
        accept(slug, [version(rng, slug, number, NOW - timedelta(days=30)) for number in range(20)])
    whole = seconds_of("--full")
    undisturbed = facts()
    for share in MOMENTS:
        build = start("--full")
        time.sleep(whole * share)
        os.killpg(build.pid, signal.SIGKILL)
        build.wait(60)
        assert facts() == undisturbed, share
        healed = seconds_of()
        assert facts() == undisturbed, share
        assert one("select count(*) from ops.transform_runs where stands_in = 'published' and status = 'passed'") == 1
        add_evidence(TITLE, f"на {share:.0%} времени: витрины те же, следующий расчёт за {healed:.0f} с")
