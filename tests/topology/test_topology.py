"""The whole server of `docker-compose.yml`, as processes: from nothing to a dashboard over HTTPS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ground import ROOT, skip_unless_ci


@pytest.mark.soak
@pytest.mark.timeout(5400)
def test_the_server_starts_loads_and_shows(tmp_path: Path) -> None:
    needed = [name for name in ("unshare", "nsenter", "setpriv", "redis-server", "caddy") if not shutil.which(name)]
    if os.geteuid() or needed:
        skip_unless_ci(f"нужны права root и программы: {', '.join(needed) or 'есть'}")
    for folder in tmp_path.parents:
        folder.chmod(folder.stat().st_mode | 0o011)
    apart = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    with_network = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MCU_", "AIRFLOW"))}
    done = subprocess.run(
        [*apart, *with_network, sys.executable, "-m", "topology.scenario", tmp_path],
        env=env | {"PYTHONPATH": f"{ROOT}/plugins:{ROOT}/tests"}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip  # a table
    assert done.returncode == 0
    found = json.loads(done.stdout)
    for step, seconds in found["seconds"].items():
        print(f"{step}: {seconds} с")
    loads = found["loads"]
    print(f"tasks by worker {loads['tasks by worker']}; killed in {loads['killed']}; tried again: {loads['tries']}")
    print(f"restore: {found['restore']['tables']} tables\n{found['restore']['steps']}")

    assert loads["killed"] and loads["states"] == {"success": sum(loads["states"].values())}, loads["failed"]
    assert min(loads["tasks by worker"].values()) >= 5 and len(loads["tasks by worker"]) == 2
    assert found["transform"] == "success" and "ничего не потеряно" in found["reconcile"]
    planted = ("Файл не загружен", "нет в таблицах соответствия", "Резервной копии ещё нет")
    complaints = [line for line in found["doctor"].splitlines() if line.startswith("✗")]
    assert [line for line in complaints if not any(words in line for words in planted)] == []
    assert found["unhealthy"] == []
    for host in ("mcu.test", "airflow.mcu.test"):
        page = found["people"][host]
        assert page["status"] == 200 and page["hsts"] == "max-age=31536000", page
        assert page["plain"][0] in (301, 308) and page["plain"][1].startswith("https://"), page
        assert page["cookies are secure"], page
    accounts = found["people"]["airflow"]
    print(f"Airflow's accounts: {accounts}")
    assert accounts.pop("seconds until the token of a removed account ends") < 120  # cached for 30 s
    assert accounts.pop("token of the API after signing out") in (401, 403)
    assert accounts == {
        "tokens before": [200, 200],
        "signed in": 200, "token after signing out": 403, "session gives a token": False,
        "right password": 201, "wrong passwords": [401], "right password of a locked account": 401,
    }  # fmt: skip  # a table
    assert found["people"]["charts"] > 10 and set(found["people"]["data"]) == {200}
    assert found["restore"]["different"] == [] and found["restore"]["same pepper"]
