"""kill -9 in the middle of a load: after the next load raw equals that of an undisturbed one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from mcu.landing import ledger
from mcu.landing.load import load_source
from tests.landing.conftest import latest, raw, record, rest_spec, rows
from tests.landing.server import Source

ROOT = Path(__file__).resolve().parents[2]
LOAD = """
from tests.landing.conftest import rest_spec
from mcu.landing import run
from mcu.landing.load import load_source
run.LONG_LOAD = {}
load_source(rest_spec({!r}))
"""


def start_load(slug: str, long_from: int) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"}
    return subprocess.Popen(
        [sys.executable, "-c", LOAD.format(long_from, slug)], cwd=ROOT, env=env, stderr=subprocess.DEVNULL
    )


@pytest.mark.parametrize("seed", range(10))
def test_kill_at_a_random_moment(source: Source, seed: int) -> None:
    rng = Random(seed)
    source.records = [record(n) for n in range(300)]
    source.records[17]["createdAt"] = "вчера"
    source.delay = 0.02
    slug = f"killed_{seed}"

    process = start_load(slug, long_from=20 if seed % 2 else 1000)  # half of them write in a second process
    assert source.seen.wait(60)
    time.sleep(rng.uniform(0, 1.0))  # the load takes about a second from its first request
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = rows("select status from ops.loads where source_slug = %s", slug)

    source.delay = 0
    results = [*load_source(rest_spec(slug)), *load_source(rest_spec("calm"))]
    for result in results:
        if result.load_id:
            ledger.accept(result.load_id)
    assert raw(slug) == raw(slug, is_accepted=True) == raw("calm")
    assert latest(slug) == latest("calm")
    assert rows("select record_ref, reason_code from ops.rejects where source_slug = %s", slug) == [
        ("R0017", "bad_time")
    ]
    # A load found running is reported as interrupted.
    if left == [("running",)]:
        ((status, message),) = rows(
            "select status, message from ops.loads where source_slug = %s order by load_id", slug
        )[:1]
        assert status == "failed" and "прервана" in message


def test_kills_one_after_another_come_to_the_same_end(source: Source) -> None:
    source.records = [record(n) for n in range(300)]
    source.delay = 0.02
    for seed in range(3):
        source.seen.clear()
        process = start_load("killed", long_from=50 * seed)
        assert source.seen.wait(60)
        time.sleep(0.1 + 0.2 * seed)
        process.send_signal(signal.SIGKILL)
        process.wait()
    source.delay = 0
    for result in [*load_source(rest_spec("killed")), *load_source(rest_spec("calm"))]:
        if result.load_id:
            ledger.accept(result.load_id)
    assert raw("killed") == raw("killed", is_accepted=True) == raw("calm")
