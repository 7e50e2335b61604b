"""The kill matrix: every process × twelve moments of the platform's work, kill -9. After one `mcu up` and the same work
again, every table and view of the warehouse equals the undisturbed run; no reader's query fails meanwhile, unless the
database itself was killed."""

from __future__ import annotations

import time

import pytest

from ground import add_evidence
from platform_fixture import Platform
from tests.soak.kill_cells import (
    BUILD,
    LOAD,
    MOMENTS,
    PUBLICATION,
    WHOLE,
    Tables,
    Work,
    cells,
    has_state,
    kill,
    reader,
    restore_state,
    save_states,
    snapshot,
)

pytestmark = [pytest.mark.soak, pytest.mark.timeout(0)]

READ_TWICE = {"staging.stg_ops__accepted_loads", "bi.bi_quality", "bi.bi_quality_warnings", "bi.bi_unknowns"}
"""Where it stands that a source was read and judged twice, if a load that was killed at its gate was accepted after
all, beside the load that came next. Its records are those of one load."""
TITLE = "Остановки kill -9: процесс × момент"


@pytest.fixture(scope="module")
def killed_platform(quiet_platform: Platform, request: pytest.FixtureRequest) -> Platform:
    """The platform, and the three states in which a cell may start; a cell loads `pos`. A reused platform may have them
    already."""
    if not has_state(quiet_platform, "built"):
        request.getfixturevalue("loaded_platform")
        save_states(quiet_platform)
    restore_state(quiet_platform, "built")
    return quiet_platform


@pytest.fixture(scope="module")
def undisturbed(killed_platform: Platform) -> dict[str, Tables]:
    """The tables after the undisturbed load and incremental build, after a full one, which gives the same marts, and
    after an undisturbed publication."""
    restore_state(killed_platform, "before_build")
    killed_platform.mcu(*WHOLE)
    whole = snapshot(killed_platform)
    restore_state(killed_platform, "built")
    built = snapshot(killed_platform)
    assert {name for name in built if name.startswith("marts.") and built[name] != whole[name]} == set()
    assert 100 < built["raw.pos"][0] < 2 * built["marts.fct_feedback"][0]
    killed_platform.mcu(*MOMENTS[PUBLICATION].command)
    published = snapshot(killed_platform)
    assert {name for name in published if published[name] != built[name]} == {"bi.bi_publications"}
    return {
        "built": built,
        PUBLICATION: published,
        **{name: whole for name in MOMENTS if MOMENTS[name].command == WHOLE},
    }


@pytest.mark.parametrize(("victim", "moment"), list(cells()))
def test_kill(victim: str, moment: str, killed_platform: Platform, undisturbed: dict[str, Tables]) -> None:
    platform = killed_platform
    restore_state(platform, MOMENTS[moment].state)
    work = Work(platform, MOMENTS[moment], platform.env)
    with reader(platform, may_fail=victim == "PostgreSQL") as failed:
        try:
            work.start()
            killed = kill(victim, work)
        finally:
            work.release()
        assert killed
        began = time.monotonic()
        platform.mcu("up")
        seconds = time.monotonic() - began
        platform.mcu(*work.moment.command)
        if work.moment.command == LOAD:
            platform.mcu(*BUILD)
    assert failed == []
    healed = snapshot(platform)
    expected = undisturbed.get(moment, undisturbed["built"])
    (loads,) = platform.query("select count(*) from ops.loads where source_slug = 'pos' and status = 'accepted'")
    journals = READ_TWICE if loads == (2,) else set()
    names = (healed.keys() | expected.keys()) - journals
    differ = sorted(name for name in names if healed.get(name) != expected.get(name))
    assert differ == []
    assert platform.query("select count(*) from ops.loads where status in ('running', 'landed')") == [(0,)]
    assert platform.query("select count(*) from ops.transform_runs where status = 'running'") == [(0,)]
    line = f"{victim:20}{moment:26}убито {killed:2}; up {seconds:4.0f} с; равны все {len(names)} таблиц и представлений"
    add_evidence(TITLE, line)
    print(line, flush=True)
