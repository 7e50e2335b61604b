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

from mcu.warehouse import dbt, transform


@contextmanager
def dbt_in_one_process() -> Iterator[None]:
    """Within it `transform` runs the models only: the seeds are built once, nothing is tested."""
    dbt.run_dbt(["seed", "--full-refresh"], window=None)
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(
        target=_serve, args=(theirs, str(dbt.PROJECT), dbt.environment(), dbt.variables()), daemon=True
    )
    process.start()

    def build(window: dbt.Window, is_full: bool, *, on_progress: dbt.OnProgress | None = None) -> None:
        arguments = ["--full-refresh"] if is_full else ["--select", "tag:each_run"]
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
