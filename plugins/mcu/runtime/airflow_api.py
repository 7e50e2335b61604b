"""A client of Airflow's public REST API: unpause, trigger, wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import requests

from mcu.errors import UserError
from mcu.runtime.services import AIRFLOW_USER, airflow_url
from mcu.secrets import secret

DONE = ("success", "failed")
NOT_SIGNED_IN = (401, 403)


@dataclass(frozen=True)
class Dag:
    """One DAG as Airflow has read it; `title` is what people see."""

    dag_id: str
    title: str
    is_paused: bool
    has_timetable: bool
    """False: it runs only by hand."""


class Airflow:
    """A session with Airflow as its administrator."""

    def __init__(self) -> None:
        self.url = airflow_url()
        self._http = requests.Session()
        self._http.trust_env = False
        self._sign_in()

    def _sign_in(self) -> None:
        login = {"username": AIRFLOW_USER, "password": secret("airflow_admin")}
        try:
            answer = self._http.post(f"{airflow_url()}/auth/token", json=login, timeout=60)
        except requests.RequestException:
            raise UserError(f"Airflow не отвечает: {airflow_url()}. Запустите его: make up.") from None
        if answer.status_code >= 400:
            raise UserError(f"Airflow не принял вход ({answer.status_code}): проверьте секрет airflow_admin.")
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def wait_for_dags(self, dag_ids: Iterable[str], seconds: float = 120) -> None:
        """Wait until Airflow has read all these DAGs. Raises UserError with its import errors."""
        until = time.monotonic() + seconds
        missing = set(dag_ids)
        while missing:
            missing -= self.dags().keys()
            if missing and time.monotonic() > until:
                details = "; ".join(f"{e['filename']}: {e['stack_trace'][-300:]}" for e in self.import_errors())
                names = ", ".join(sorted(missing))
                raise UserError(f"Airflow не видит DAG: {names}. {details or 'ошибок чтения нет'}")
            time.sleep(1)

    def import_errors(self) -> list[dict[str, Any]]:
        """DAG files that Airflow could not read: `filename`, `stack_trace` and more of each."""
        return list(self._call("GET", "/api/v2/importErrors")["import_errors"])

    def dags(self) -> dict[str, Dag]:
        """The DAGs that Airflow has read, by id."""
        found: dict[str, Dag] = {}
        while True:
            answer = self._call(
                "GET", "/api/v2/dags", params={"limit": 100, "offset": len(found), "order_by": "dag_id"}
            )
            for dag in answer["dags"]:
                title = dag.get("dag_display_name") or dag["dag_id"]
                has_timetable = bool(dag.get("timetable_summary"))
                found[dag["dag_id"]] = Dag(dag["dag_id"], title, bool(dag.get("is_paused")), has_timetable)
            if not answer["dags"] or len(found) >= answer["total_entries"]:
                return found

    def unpause(self, dag_id: str) -> None:
        self._pause(dag_id, False)

    def pause(self, dag_id: str) -> None:
        """Stop the timetable of a DAG; a run that has begun goes on."""
        self._pause(dag_id, True)

    def _pause(self, dag_id: str, is_paused: bool) -> None:
        self._call("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": is_paused})

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run of `dag_id` now and return its id."""
        body = {"logical_date": None, "conf": conf or {}}
        return str(self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def wait(
        self, runs: dict[str, str], seconds: float = 600, on_progress: Callable[[dict[str, str]], None] | None = None
    ) -> dict[str, str]:
        """Wait until each run (DAG → run id) has ended; DAG → `success` or `failed`. Raises UserError when no run
        changes its state for `seconds`."""
        states: dict[str, str] = dict.fromkeys(runs, "queued")
        until = time.monotonic() + seconds
        while True:
            before = dict(states)
            for dag_id in (d for d, state in before.items() if state not in DONE):
                states[dag_id] = str(self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{runs[dag_id]}")["state"])
            if on_progress:
                on_progress(states)
            if all(s in DONE for s in states.values()):
                return states
            if states != before:
                until = time.monotonic() + seconds
            if time.monotonic() > until:
                waiting = ", ".join(d for d, s in states.items() if s not in DONE)
                raise UserError(f"Airflow: {waiting} не движется {seconds:.0f} с. Смотрите {airflow_url()}")
            time.sleep(1)

    def run(self, dag_id: str, conf: dict[str, Any] | None = None, seconds: float = 600) -> str:
        """Unpause and trigger `dag_id`, wait for its end and return its state."""
        self.unpause(dag_id)
        return self.wait({dag_id: self.trigger(dag_id, conf)}, seconds)[dag_id]

    def failed_tasks(self, dag_id: str, run_id: str) -> list[str]:
        """Ids of the tasks that failed or could not run because an earlier one failed."""
        answer = self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances")
        return [t["task_id"] for t in answer["task_instances"] if t["state"] in ("failed", "upstream_failed")]

    def active_runs(self) -> list[tuple[str, str]]:
        """(DAG, run id) of all runs that have not ended."""
        params = {"state": ["running", "queued"], "limit": 100}
        answer = self._call("GET", "/api/v2/dags/~/dagRuns", params=params)
        return [(r["dag_id"], r["dag_run_id"]) for r in answer["dag_runs"]]

    def _call(self, method: str, path: str, **kwargs: Any) -> Any:
        for attempt in range(5):
            try:
                answer = self._http.request(method, f"{airflow_url()}{path}", timeout=60, **kwargs)
                if answer.status_code in NOT_SIGNED_IN and not attempt:  # the administrator has signed out meanwhile
                    self._sign_in()
                    continue
                break
            except requests.RequestException:
                if attempt == 4:
                    raise UserError(f"Airflow не отвечает: {airflow_url()}") from None
                time.sleep(2)
        if answer.status_code >= 400:
            raise UserError(f"Airflow: {method} {path} → {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None
