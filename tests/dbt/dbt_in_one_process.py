"""dbt for many runs in one process of its own: starting and parsing take longer than counting a few dozen records."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import pytest

from mcu.warehouse import copies, dbt, transform
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import Copy

AFTER_COPYING = ["tag:each_run", "config.materialized:view"]


@contextmanager
def dbt_in_one_process(only: str = "") -> Iterator[None]:
    """Within it `transform` runs the models only (`only`: those that some marts need, «+mart +other»): seeds are built
    once, nothing is tested. A full run needs the seeds in the next copy: it is the first run, or comes after an
    incremental one."""
    # by `dim_as_of` a run knows that it is not the first
    marts = [*only.split(), "dim_as_of"] if only else [""]
    dbt.run_dbt(["seed", "--full-refresh"], window=None)
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(
        target=_serve, args=(theirs, str(dbt.PROJECT), dbt.environment(), dbt.variables()), daemon=True
    )
    process.start()

    def build(window: dbt.Window, basis: Copy | None, *, on_progress: dbt.OnProgress | None = None) -> None:
        if basis == "published":
            with connect("transformer") as conn:
                copies.copy_tables(conn)
        chosen = {"next": ["tag:each_run"], "published": AFTER_COPYING}.get(basis, ["*"])
        arguments = ["--select", *(f"{one},{mart}" if mart else one for one in chosen for mart in marts)]
        if basis is None:
            arguments.append("--full-refresh")
        ours.send((arguments, dbt.environment(window)))
        if failed := ours.recv():
            raise dbt.DbtFailed(failed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transform, "build", build)
        try:
            yield
        finally:
            ours.send(None)
            process.join(20)


def _serve(requests: Connection, project: str, environment: dict[str, str], variables: dict[str, Any]) -> None:
    """Answers each (arguments, environment) with the names of what failed, until None comes."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    from mcu.warehouse.dbt_program import teach_steps

    teach_steps()
    os.chdir(project)
    os.environ.update(environment)
    common = ["--vars", json.dumps(variables, ensure_ascii=False), "--log-level", "none", "--quiet"]
    # each run gets a manifest of its own: running marks its nodes (dbt's own pickling mixes its look-ups)
    manifest = dbtRunner().invoke(["parse", *common]).result
    assert isinstance(manifest, Manifest)
    while request := requests.recv():
        arguments, given = request
        os.environ.update(given)
        outcome = dbtRunner(manifest=manifest.deepcopy()).invoke(["run", *arguments, *common])
        results = getattr(outcome.result, "results", [])
        failed = [f"{r.node.name}: {r.message}" for r in results if r.status not in ("success", "skipped")]
        requests.send("" if outcome.success else f"dbt run: {failed or outcome.exception}")
