"""Signing out of Airflow: every token of the person ends, with Airflow's own tables. On a live Airflow: tests/e2e,
tests/topology."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mcu.runtime.services import airflow_env
from mcu.server.compose import read_env, read_services

ROOT = Path(__file__).parents[2]

TRY = """
import asyncio, time
from airflow.api_fastapi.app import get_auth_manager_cls
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.models.revoked_token import RevokedToken
from airflow.settings import engine
from jwt import InvalidTokenError

RevokedToken.__table__.create(engine, checkfirst=True)
manager = get_auth_manager_cls()()
issued = {name: manager.generate_jwt(SimpleAuthManagerUser(username=name, role="ADMIN")) for name in ("anna", "oleg")}
second = manager.generate_jwt(SimpleAuthManagerUser(username="anna", role="ADMIN"))
signed_out = manager.generate_jwt(SimpleAuthManagerUser(username="anna", role="ADMIN"))

def counts(token):
    try:
        return asyncio.run(manager.get_user_from_token(token)).get_name()
    except InvalidTokenError:
        return None

before = [counts(issued["anna"]), counts(second)]
manager.revoke_token(signed_out)
manager.revoke_token("no token")
after = [counts(issued["anna"]), counts(second), counts(signed_out), counts(issued["oleg"])]
time.sleep(1.1)
anew = counts(manager.generate_jwt(SimpleAuthManagerUser(username="anna", role="ADMIN")))
print(before, after, anew, sep="|")
"""


def test_signing_out_ends_every_token_of_the_person(warehouse: Path) -> None:
    env = os.environ | airflow_env()
    done = subprocess.run([sys.executable, "-c", TRY], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "['anna', 'anna']|[None, None, None, 'oleg']|anna"


def test_no_token_outlives_the_record_of_signing_out(installation: Path) -> None:
    from mcu.runtime.airflow_sign_out import REMEMBERED

    server = read_services(dict.fromkeys(read_env(ROOT / ".env.example"), "x" * 48))["airflow-api"].environment
    for environment in (airflow_env(), server):
        for name in ("JWT_EXPIRATION_TIME", "JWT_CLI_EXPIRATION_TIME"):
            assert int(environment[f"AIRFLOW__API_AUTH__{name}"]) <= REMEMBERED.total_seconds()
