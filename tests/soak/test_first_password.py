"""A person whom the list gives a password can do nothing with it but choose another one, which then stays."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from ground import ROOT
from platform_fixture import Platform

pytestmark = [pytest.mark.soak, pytest.mark.timeout(0)]

GIVEN, OWN, LATER = "выданный-пароль-1", "мой собственный пароль", "выданный-пароль-2"


@pytest.fixture(scope="module")
def name() -> str:
    """Of a person that the platform has not known yet."""
    return f"person{secrets.token_hex(4)}"


def test_a_given_password_is_changed_at_the_first_sign_in(quiet_platform: Platform, name: str) -> None:
    _give(quiet_platform, name, GIVEN)
    person = _sign_in(quiet_platform, name, GIVEN)
    url = quiet_platform.superset_url
    for path in ("/", "/superset/dashboard/obstanovka/", "/user_info/"):
        assert person.get(url + path, timeout=60).url == f"{url}/password/"
    assert person.get(f"{url}/api/v1/chart/", timeout=60).status_code == 403
    assert _token(quiet_platform, name, GIVEN) == 401

    assert "короче 12" in _change(person, url, GIVEN, "короткий").text
    assert "с прежним" in _change(person, url, GIVEN, GIVEN).text
    assert "не подошёл" in _change(person, url, "чужой", OWN).text
    changed = _change(person, url, GIVEN, OWN)
    assert changed.url.endswith("/superset/dashboard/obstanovka/") and changed.status_code == 200
    assert person.get(f"{url}/api/v1/chart/", timeout=60).status_code == 200
    assert (_token(quiet_platform, name, GIVEN), _token(quiet_platform, name, OWN)) == (401, 200)

    _give(quiet_platform, name, GIVEN)  # the next deployment, with the same list
    assert _token(quiet_platform, name, OWN) == 200
    _give(quiet_platform, name, LATER)  # the list gives another one, as when a password is forgotten
    assert (_token(quiet_platform, name, OWN), _token(quiet_platform, name, LATER)) == (401, 401)
    assert _sign_in(quiet_platform, name, LATER).get(url, timeout=60).url == f"{url}/password/"


def test_a_password_cannot_be_changed_by_another_site(quiet_platform: Platform, name: str) -> None:
    _give(quiet_platform, name, LATER)
    person = _sign_in(quiet_platform, name, LATER)
    without_token = {"present": LATER, "new": OWN, "again": OWN}
    person.post(f"{quiet_platform.superset_url}/password/", data=without_token, timeout=60)
    assert _sign_in(quiet_platform, name, LATER).get(quiet_platform.superset_url, timeout=60).url.endswith("/password/")


def _give(platform: Platform, name: str, password: str) -> None:
    """Give rights to two people, as a deployment does."""
    code = "import json; from mcu.runtime.services import superset_env; print(json.dumps(superset_env()))"
    shown = subprocess.run(
        [sys.executable, "-c", code], env=platform.env, cwd=platform.home, capture_output=True, text=True, check=True
    )
    env = json.loads(shown.stdout)
    people = json.loads(env["MCU_SUPERSET_USERS"])
    people[name] = {"password": password, "first_name": "Анна", "last_name": "Иванова"}
    rows = Path(env["MCU_SUPERSET_ACCESS"]).read_text(encoding="utf-8") + f"{name},МЦУ: оператор,murmansk,,\n"
    access = platform.var / "access.csv"
    access.write_text(rows, encoding="utf-8")
    env |= {"MCU_SUPERSET_USERS": json.dumps(people), "MCU_SUPERSET_ACCESS": str(access)}
    python = ROOT / "var" / "venv" / "superset" / "bin" / "python"
    command = [python, platform.home / "superset" / "sync.py", "--people"]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _sign_in(platform: Platform, name: str, password: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    url = f"{platform.superset_url}/login/"
    form = {"username": name, "password": password, "csrf_token": _csrf(session.get(url, timeout=60).text)}
    session.post(url, data=form, timeout=60)
    return session


def _change(person: requests.Session, url: str, present: str, new: str) -> requests.Response:
    token = _csrf(person.get(f"{url}/password/", timeout=60).text)
    form = {"present": present, "new": new, "again": new, "csrf_token": token}
    return person.post(f"{url}/password/", data=form, timeout=60)


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page) or re.search(
        r"csrf_token(?:&#34;|\")\s*:\s*(?:&#34;|\")([^&\"]+)", page
    )
    assert found, page[:2_000]
    return found[1]


def _token(platform: Platform, name: str, password: str) -> int:
    """The API's answer to the password."""
    body = {"username": name, "password": password, "provider": "db"}
    return requests.post(f"{platform.superset_url}/api/v1/security/login", json=body, timeout=60).status_code
