"""Settings of the sign-in that lack something or contradict each other: one Russian line names the variable, and
nothing starts."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from ground import ROOT
from superset_server import need_superset

LDAP = {
    "SIGN_IN": "ldap", "LDAP_URL": "ldaps://dc1.gorod.test", "LDAP_BASE": "dc=gorod,dc=test",
    "LDAP_BIND_DN": "cn=superset,dc=gorod,dc=test", "LDAP_PASSWORD": "x",
}  # fmt: skip  # a table
OIDC = {
    "SIGN_IN": "oidc", "OIDC_ISSUER": "https://id.gorod.test/realms/gorod", "OIDC_CLIENT_ID": "mcu",
    "OIDC_CLIENT_SECRET": "x",
}  # fmt: skip  # a table
REFUSED = {
    "an unknown way": ({"SIGN_IN": "kerberos"}, "MCU_SUPERSET_SIGN_IN: «kerberos» не годится"),
    "no directory": ({"SIGN_IN": "ldap"}, "не задано: MCU_SUPERSET_LDAP_URL, MCU_SUPERSET_LDAP_BASE"),
    "no password of the bind account": (LDAP | {"LDAP_PASSWORD": " "}, "не задано: MCU_SECRET_SUPERSET_LDAP"),
    "no secret of the client": (OIDC | {"OIDC_CLIENT_SECRET": ""}, "не задано: MCU_SECRET_SUPERSET_OIDC"),
    "a directory without the way": (LDAP | {"SIGN_IN": ""}, "MCU_SUPERSET_LDAP_URL, .* MCU_SUPERSET_SIGN_IN=ldap$"),
    "both": (LDAP | OIDC, "MCU_SUPERSET_LDAP_URL, .*: не действует при MCU_SUPERSET_SIGN_IN=oidc"),
    "local passwords beside": (LDAP | {"USERS": '{"a": {}}'}, "MCU_SUPERSET_USERS: при MCU_SUPERSET_SIGN_IN=ldap"),
    "plain LDAP by ldaps": (LDAP | {"LDAP_SECURITY": "none"}, "MCU_SUPERSET_LDAP_SECURITY: «none» не сочетается"),
    "TLS by ldap": (
        LDAP | {"LDAP_URL": "ldap://dc1.gorod.test", "LDAP_SECURITY": "tls"}, "с ldap://.* возможно: starttls, none",
    ),
    "no address": (LDAP | {"LDAP_URL": "dc1.gorod.test"}, "MCU_SUPERSET_LDAP_URL: нужен адрес вида ldaps://"),
    "a base in the address": (LDAP | {"LDAP_URL": "ldaps://dc1.gorod.test/dc=x"}, "MCU_SUPERSET_LDAP_URL: нужен адрес"),
    "a port": (LDAP | {"LDAP_URL": "ldaps://dc1.gorod.test:99999"}, "MCU_SUPERSET_LDAP_URL: порт"),
    "a torn filter": (LDAP | {"LDAP_FILTER": "(objectClass=person"}, "MCU_SUPERSET_LDAP_FILTER: .* не фильтр LDAP"),
    "two filters": (LDAP | {"LDAP_FILTER": "(a=b))(|(c=d)"}, "MCU_SUPERSET_LDAP_FILTER: .* не фильтр LDAP"),
    "no attribute": (LDAP | {"LDAP_LOGIN": "uid=*)(x"}, "MCU_SUPERSET_LDAP_LOGIN"),
    "a file that is not there": (LDAP | {"SIGN_IN_CA": "/absent.pem"}, "MCU_SUPERSET_SIGN_IN_CA: файл /absent.pem"),
    "a file without authorities": (LDAP | {"SIGN_IN_CA": __file__}, "MCU_SUPERSET_SIGN_IN_CA: .* нет сертификатов"),
    "an open provider": (OIDC | {"OIDC_ISSUER": "http://id.gorod.test"}, "MCU_SUPERSET_OIDC_ISSUER: .* только https"),
    "no OpenID": (OIDC | {"OIDC_SCOPES": "profile email"}, "MCU_SUPERSET_OIDC_SCOPES: .* openid"),
}  # fmt: skip  # a table
TAKEN = {
    "nothing": {}, "local": {"SIGN_IN": "local", "USERS": '{"a": {}}'}, "ldap": LDAP, "oidc": OIDC,
    "settings that wait": LDAP | OIDC | {"SIGN_IN": "local"},
    "StartTLS": LDAP | {"LDAP_URL": "ldap://dc1.gorod.test:389"},
    "plain LDAP, as said": LDAP | {"LDAP_URL": "ldap://dc1.gorod.test", "LDAP_SECURITY": "none"},
    "an empty file": OIDC | {"SIGN_IN_CA": "/dev/null"},
    "a filter of Active Directory": LDAP
    | {"LDAP_FILTER": "(&(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))"},
}  # fmt: skip  # a table
SCRIPT = """
import json, sys
from sign_in.settings import SignInRefused, read
def said(given):
    try:
        return repr(read({"MCU_SUPERSET_" + name: value for name, value in given.items()}))
    except SignInRefused as refused:
        return "ОШИБКА: " + str(refused)
print(json.dumps({name: said(given) for name, given in json.load(sys.stdin).items()}))
"""


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """What Superset's own environment says of all of them."""
    from mcu.runtime import services

    need_superset()
    asked = json.dumps({name: given for name, (given, _) in REFUSED.items()} | TAKEN)
    command = [services.superset_python(), "-c", SCRIPT]
    env = {"PYTHONPATH": str(ROOT / "superset")}
    done = subprocess.run(command, input=asked, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_hold_is_refused(said: dict[str, str], name: str) -> None:
    assert re.match(f"ОШИБКА: .*{REFUSED[name][1]}", said[name]), said[name]
    assert "\n" not in said[name]


@pytest.mark.parametrize("name", TAKEN)
def test_what_holds_is_taken_and_shows_no_secret(said: dict[str, str], name: str) -> None:
    assert said[name].startswith("SignIn("), said[name]
    assert "password=" not in said[name] and "secret=" not in said[name]


def test_neither_superset_nor_its_synchronisation_starts(installation: Path, tmp_path: Path) -> None:
    """gunicorn does not try again and again."""
    from mcu.runtime import services

    need_superset()
    env = {**os.environ, **services.superset_env(), "SUPERSET_HOME": str(tmp_path), "MCU_SUPERSET_SIGN_IN": "ldap"}
    line = "ОШИБКА: MCU_SUPERSET_SIGN_IN=ldap: не задано: MCU_SUPERSET_LDAP_URL, "
    for command in (services.SUPERSET.command(), [services.superset_python(), str(ROOT / "superset" / "sync.py")]):
        done = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, timeout=300)
        assert done.returncode in (1, 3), done.stderr
        assert [found for found in done.stderr.splitlines() if found.startswith(line)], done.stderr
        # one message, said once by whoever starts: the synchronisation, or each of Superset's two processes
        said = [found for found in done.stderr.splitlines() if "ОШИБКА" in found]
        assert "Traceback" not in done.stderr and len(set(said)) == 1, done.stderr
        assert len(said) == 1 or ("gunicorn" in command[0] and len(said) == 2), done.stderr


def test_nobody_of_a_directory_comes_in_by_the_names_of_the_repository(installation: Path) -> None:
    """Its access.csv lists the machine's own «rukovoditel», who sees all."""
    from mcu.runtime import services

    need_superset()
    env = {**os.environ, **services.superset_env()} | {f"MCU_SUPERSET_{name}": value for name, value in LDAP.items()}
    del env["MCU_SUPERSET_USERS"]
    command = [services.superset_python(), str(ROOT / "superset" / "sync.py"), "--check"]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "ОШИБКА: MCU_SUPERSET_ACCESS: " in done.stderr, done.stderr


def test_the_doctor_names_what_is_missing_and_is_silent_about_local_passwords(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcu.runtime.doctor_sign_in import sign_in
    from mcu.settings import settings

    need_superset()
    assert list(sign_in()) == []
    monkeypatch.setenv("MCU_SUPERSET_SIGN_IN", "oidc")
    settings.cache_clear()
    (finding,) = sign_in()
    assert not finding.is_ok and "не задано: MCU_SUPERSET_OIDC_ISSUER" in finding.what


def test_the_machine_s_own_person_has_a_password_only_where_people_have(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcu.runtime import services
    from mcu.runtime.places import print_places
    from mcu.runtime.progress import console
    from mcu.settings import settings

    def shown() -> str:
        with console.capture() as captured:
            print_places()
        return captured.get()

    assert "rukovoditel" in services.superset_env()["MCU_SUPERSET_USERS"] and "rukovoditel" in shown()
    monkeypatch.setenv("MCU_SUPERSET_SIGN_IN", "ldap")
    settings.cache_clear()
    assert services.superset_env()["MCU_SUPERSET_USERS"] == "{}"
    assert "rukovoditel" not in shown() and "как в каталоге" in shown()


CLAIMS = {
    "verified": ({"email": "a@gorod.test", "email_verified": True}, True),
    "not verified": ({"email": "a@gorod.test", "email_verified": False}, False),
    "nothing said": ({"email": "a@gorod.test"}, False),
    "said in words": ({"email": "a@gorod.test", "email_verified": "false"}, False),
}


@pytest.mark.parametrize(("claims", "is_login"), CLAIMS.values(), ids=CLAIMS)
def test_an_address_that_nobody_has_verified_is_no_login(claims: dict[str, object], is_login: bool) -> None:
    from sign_in.faults import NotProved
    from sign_in.provider import login_of

    if is_login:
        assert login_of(claims, "email") == "a@gorod.test"
        return
    with pytest.raises(NotProved):
        login_of(claims, "email")


@pytest.mark.parametrize("given", ["[]", '{"a": ', "ivanova"])
def test_a_list_of_accounts_that_is_none_is_refused_in_words(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from mcu.errors import UserError
    from mcu.runtime import services
    from mcu.settings import settings

    monkeypatch.setenv("MCU_SUPERSET_USERS", given)
    settings.cache_clear()
    with pytest.raises(UserError, match="MCU_SUPERSET_USERS: нужен JSON"):
        services.superset_env()
