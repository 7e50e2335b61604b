"""Sign-in by the municipality's directory: a real slapd, a real Superset, the real forms."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from browser import eyes
from ground import skip_unless_ci
from mcu.settings import settings
from mcu.warehouse.connect import connect
from own_rows import HEADER, OF_TOWN, filter_rows
from quality.minimal_marts import own_warehouse
from slapd import BIND_DN, BIND_PASSWORD, SUFFIX, Slapd
from superset_person import Person, csrf
from superset_server import make_sample_marts, need_superset, serving, sync

PEOPLE = {
    "ivanova": "Снег и лёд 1", "Petrov": "Дороги 2", "sidorov": "Вода 3", "leaver": "Ушёл 4", "guessed": "Угадай 5",
    "outage": "Обрыв 6", "admin": "чужой администратор", "many": "Сразу много 7",
}  # fmt: skip  # a table
LISTED = {
    "ivanova": ("МЦУ: руководитель", "murmansk"), "petrov": ("МЦУ: глава", "*"), "leaver": ("МЦУ: глава", "murmansk"),
    "guessed": ("МЦУ: оператор", "murmansk"), "outage": ("МЦУ: оператор", "murmansk"),
    "many": ("МЦУ: оператор", "murmansk"), "twin": ("МЦУ: оператор", "murmansk"),
}  # fmt: skip  # a table
LOCAL = "местный пароль прежних времён"
CONTACT = "отделу информатизации, тел. 00-00"


@dataclass
class Town:
    url: str
    directory: Slapd
    access: Path
    log: Path
    admin: str
    before: list[Person]
    """Who signed in by a local password yesterday: a session, and a token of the API."""

    def list_people(self, *logins: str) -> None:
        rows = [f"{login},{role},{town},,\n" for login, (role, town) in LISTED.items() if login in logins]
        self.access.write_text(HEADER + "".join(rows), encoding="utf-8")


@pytest.fixture(scope="module")
def town(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """People who had local passwords yesterday, and have the directory's today."""
    from mcu.secrets import secret

    need_superset()
    home = tmp_path_factory.mktemp("slapd")
    directory = Slapd(home, PEOPLE, twins={"twin": "Близнец 8"})
    directory.start()
    try:
        with own_warehouse(tmp_path_factory.mktemp("ldap")) as var, pytest.MonkeyPatch.context() as patch:
            make_sample_marts()
            filter_rows()
            found = Town("", directory, var / "access.csv", var / "superset-test.log", secret("superset_admin"), [])
            found.list_people(*LISTED)
            patch.setenv("MCU_SUPERSET_ACCESS", str(found.access))
            people = {login: {"password": LOCAL, "first_name": "И", "last_name": "Ф"} for login in LISTED}
            people["petrov"]["keeps_password"] = "true"
            found.access.write_text(
                found.access.read_text(encoding="utf-8") + "rukovoditel,МЦУ: глава,*,,\n", encoding="utf-8"
            )
            _set(patch, MCU_SUPERSET_USERS=json.dumps(people))
            done = sync()
            assert done.returncode == 0, done.stdout
            with serving(found.log) as found.url:
                found.before = [_in(found, "petrov", LOCAL), _with_token(found, "petrov", LOCAL)]
                assert [isinstance(person.me(), dict) for person in found.before] == [True, True]
            _use_directory(patch, directory)
            found.list_people(*LISTED)
            done = sync("--people")
            assert done.returncode == 0, done.stdout
            with serving(found.log) as found.url:
                yield found
    finally:
        directory.stop()
        settings.cache_clear()


def _set(patch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        patch.setenv(name, value)
    settings.cache_clear()


def _use_directory(patch: pytest.MonkeyPatch, directory: Slapd) -> None:
    patch.delenv("MCU_SUPERSET_USERS")
    _set(
        patch, MCU_SUPERSET_SIGN_IN="ldap", MCU_SUPERSET_LDAP_URL=directory.tls_url, MCU_SUPERSET_LDAP_BASE=SUFFIX,
        MCU_SUPERSET_LDAP_BIND_DN=BIND_DN, MCU_SECRET_SUPERSET_LDAP=BIND_PASSWORD,
        MCU_SUPERSET_SIGN_IN_CA=str(directory.authority.pem[0]), MCU_SUPERSET_SIGN_IN_CONTACT=CONTACT,
    )  # fmt: skip  # a table


def _in(town: Town, login: str, password: str) -> Person:
    person = Person(town.url)
    person.sign_in(login, password)
    return person


def _with_token(town: Town, login: str, password: str) -> Person:
    person = Person(town.url)
    body = {"username": login, "password": password, "provider": "db"}
    token = person.post("/api/v1/security/login", json=body).json()["access_token"]
    person.session.headers["Authorization"] = f"Bearer {token}"
    return person


def _account(login: str) -> tuple[Any, ...] | None:
    with connect("superset") as conn:
        return conn.execute(
            "select active, password, coalesce(fail_login_count, 0) from ab_user where lower(username) = %s", [login]
        ).fetchone()


def test_a_listed_person_comes_in_and_has_exactly_their_role_and_rows(town: Town) -> None:
    head, all_towns = _in(town, "ivanova", PEOPLE["ivanova"]), _in(town, "Petrov", PEOPLE["Petrov"])
    assert head.me() == {
        "username": "ivanova", "firstName": "Имя ivanova", "lastName": "Фамилия ivanova",
        "roles": ["МЦУ: руководитель"],
    }  # fmt: skip  # a table
    assert head.municipalities() == {OF_TOWN["murmansk"]}
    assert all_towns.municipalities() == set(OF_TOWN.values())


@pytest.mark.browser
def test_the_page_has_a_form_and_it_signs_in(town: Town) -> None:
    if not eyes.CHROMIUM.exists():
        skip_unless_ci("нет Chromium: apt-get install chromium")
    with eyes.browser() as chromium:
        seen = eyes.visitor(chromium, town.url)
        assert seen.english() == []
        eyes.sign_in(seen, "ivanova", PEOPLE["ivanova"])


def test_a_login_in_other_letters_is_the_same_person(town: Town) -> None:
    """The directory says Petrov, access.csv petrov, and people type what they like."""
    for typed in ("petrov", "PETROV", " Petrov "):
        me = _in(town, typed, PEOPLE["Petrov"]).me()
        assert isinstance(me, dict) and me["username"] == "petrov" and me["roles"] == ["МЦУ: глава"], typed


def test_who_is_not_listed_gets_a_page_and_no_account(town: Town) -> None:
    person = Person(town.url)
    answer = person.sign_in("sidorov", PEOPLE["sidorov"])
    assert answer.status_code == 403
    assert "Вас нет в списке доступа (учётная запись «sidorov»)" in answer.text and CONTACT in answer.text
    assert person.me() == 401 and _account("sidorov") is None
    assert person.token("sidorov", PEOPLE["sidorov"], "ldap") == 401


def test_a_wrong_password_opens_nothing(town: Town) -> None:
    for login, password in {"ivanova": "не тот", "sidorov": "не тот", "nobody": "x"}.items():
        answer = Person(town.url).sign_in(login, password)
        assert "/login/" in answer.url and answer.status_code == 200, login
        assert "списке доступа" not in answer.text  # who is in the list is said to nobody who has proved nothing
    assert _in(town, "ivanova", "не тот").me() == 401


def test_no_password_is_no_proof(town: Town) -> None:
    """This directory takes a name without a password for a bind."""
    for password in ("", "\0", "\0\0"):
        person = Person(town.url)
        assert person.sign_in("ivanova", password).status_code == 200  # the form again, as after any wrong one
        assert person.me() == 401
        assert Person(town.url).token("ivanova", password, "ldap") != 200


@pytest.mark.parametrize(
    "login", ["*", "i*", "*)(uid=*", "ivanova)(uid=*", "ivanova)(|(uid=*", "(|(uid=ivanova))", "\\2a"]
)
def test_a_login_is_no_filter(town: Town, login: str) -> None:
    assert _in(town, login, PEOPLE["ivanova"]).me() == 401


def test_two_people_of_one_login_are_nobody(town: Town) -> None:
    assert _in(town, "twin", "Близнец 8").me() == 401


def test_a_local_password_opens_nothing_any_more(town: Town) -> None:
    assert _account("ivanova") is not None
    assert _in(town, "ivanova", LOCAL).me() == 401
    for login in ("ivanova", "ivanova@localhost"):
        assert {Person(town.url).token(login, LOCAL, way) for way in ("db", "ldap")} == {400, 401}


def test_what_began_with_a_local_password_has_ended(town: Town) -> None:
    assert [person.get("/api/v1/chart/").status_code for person in town.before] == [401, 422]
    assert town.before[0].me() == 401


def test_nobody_is_asked_for_another_password(town: Town) -> None:
    """The given one of yesterday was never changed."""
    person = _in(town, "ivanova", PEOPLE["ivanova"])
    assert "/superset/dashboard/" in person.get("/").url
    assert person.get("/password/").status_code == 404


def test_the_administrator_is_the_machine_s_and_not_the_directory_s(town: Town) -> None:
    assert _in(town, "admin", PEOPLE["admin"]).me() == 401
    me = _in(town, "admin", town.admin).me()
    assert isinstance(me, dict) and me["roles"] == ["Admin"]
    assert Person(town.url).token("admin", town.admin, "ldap") == 200


def test_ten_wrong_passwords_lock(town: Town) -> None:
    person = Person(town.url)
    for number in range(10):
        spelling = ("guessed", "GUESSED", " guessed")[number % 3]  # each a login of the same person
        assert person.sign_in(spelling, f"не тот {number}").status_code == 200
        time.sleep(0.25)  # five a second are taken
    assert _account("guessed")[2] == 10
    assert _in(town, "guessed", PEOPLE["guessed"]).me() == 401
    assert Person(town.url).token("guessed", PEOPLE["guessed"], "ldap") == 401
    _wait_for_the_lock("guessed")
    assert isinstance(_in(town, "guessed", PEOPLE["guessed"]).me(), dict)
    assert _account("guessed")[2] == 0


def _wait_for_the_lock(login: str) -> None:
    with connect("superset") as conn:
        conn.execute("update ab_user set changed_on = changed_on - interval '15 min' where username = %s", [login])


def test_the_form_takes_five_sign_ins_a_second(town: Town) -> None:
    person = Person(town.url)
    form = {"username": "nobody", "password": "x", "csrf_token": csrf(person.get("/login/").text)}
    with ThreadPoolExecutor(16) as pool:
        asked = pool.map(lambda _: person.post("/login/", data=form, allow_redirects=False).status_code, range(32))
        assert 429 in set(asked)
    time.sleep(1)


def test_of_many_guesses_at_once_ten_are_looked_at(town: Town) -> None:
    with ThreadPoolExecutor(24) as pool:
        asked = pool.map(lambda n: Person(town.url).token("many", f"не тот {n}", "ldap"), range(24))
        assert set(asked) == {401}
    assert _account("many")[2] == 10


def test_who_has_no_account_cannot_be_guessed_for_ever_either(town: Town) -> None:
    person = Person(town.url)
    for number in range(10):
        assert person.token("sidorov", f"не тот {number}", "ldap") == 401
    answer = person.sign_in("sidorov", PEOPLE["sidorov"])
    assert "/login/" in answer.url and "списке доступа" not in answer.text


def test_who_is_taken_off_the_list_is_out_at_once(town: Town) -> None:
    person = _in(town, "leaver", PEOPLE["leaver"])
    assert person.municipalities() == {OF_TOWN["murmansk"]}
    town.list_people(*LISTED.keys() - {"leaver"})
    done = sync("--people")
    assert done.returncode == 0, done.stdout
    assert person.me() == 401
    answer = Person(town.url).sign_in("leaver", PEOPLE["leaver"])
    assert answer.status_code == 403 and "Вас нет в списке доступа" in answer.text
    assert _account("leaver")[:2] == (False, None)


def test_a_directory_that_is_down_says_so_and_lets_nobody_in(town: Town) -> None:
    town.directory.stop()
    try:
        person = Person(town.url)
        answer = person.sign_in("outage", PEOPLE["outage"])
        assert answer.status_code == 503 and "Каталог учётных записей не отвечает" in answer.text
        assert person.me() == 401 and person.token("outage", PEOPLE["outage"], "ldap") == 401
        assert _account("outage")[2] == 0  # it was no guess
        assert isinstance(_in(town, "admin", town.admin).me(), dict)  # break glass
        (finding,) = _doctor()
        assert (
            not finding.is_ok and "не отвечает как нужно" in finding.what and "MCU_SUPERSET_LDAP_URL" in finding.advice
        )
    finally:
        town.directory.start()
    assert isinstance(_in(town, "outage", PEOPLE["outage"]).me(), dict)
    (finding,) = _doctor()
    assert finding.is_ok, finding


def _doctor() -> list[Any]:
    from mcu.runtime.doctor_sign_in import sign_in

    return list(sign_in())


REFUSED = {
    "another authority": (lambda d: {"SIGN_IN_CA": str(d.stranger.pem[0])}, "CERTIFICATE_VERIFY_FAILED"),
    "another name": (lambda d: {"LDAP_URL": d.tls_url.replace("127.0.0.1", "localhost")}, "doesn't match"),
    "StartTLS and another authority": (
        lambda d: {"LDAP_URL": d.plain_url, "SIGN_IN_CA": str(d.stranger.pem[0])}, "CERTIFICATE_VERIFY_FAILED",
    ),
    "a base that is none": (lambda d: {"LDAP_BASE": "dc=atlantis"}, "noSuchObject"),
    "another bind account": (lambda d: {"LDAP_BIND_DN": f"cn=nobody,{SUFFIX}"}, "the bind account is refused"),
}  # fmt: skip  # a table


@pytest.mark.parametrize(("change", "why"), REFUSED.values(), ids=REFUSED)
def test_the_doctor_says_what_is_wrong_with_the_directory(
    town: Town, monkeypatch: pytest.MonkeyPatch, change: Callable[[Slapd], dict[str, str]], why: str
) -> None:
    _set(monkeypatch, **{f"MCU_SUPERSET_{name}": value for name, value in change(town.directory).items()})
    (finding,) = _doctor()
    assert not finding.is_ok and why in finding.advice, finding


def test_starttls_is_as_good_and_an_open_connection_must_be_asked_for(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(monkeypatch, MCU_SUPERSET_LDAP_URL=town.directory.plain_url)
    (finding,) = _doctor()
    assert finding.is_ok and not finding.advice
    _set(monkeypatch, MCU_SUPERSET_LDAP_SECURITY="none")
    (finding,) = _doctor()
    assert finding.is_ok and "открыто" in finding.advice


def test_no_password_stands_in_the_log(town: Town) -> None:
    written = town.log.read_text(encoding="utf-8", errors="replace")
    assert "not in access.csv: 'sidorov'" in written and "unreachable" in written
    for password in (*PEOPLE.values(), BIND_PASSWORD, LOCAL, town.admin):
        assert password not in written


def test_whoever_returns_to_local_passwords_has_the_one_of_the_list(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from werkzeug.security import check_password_hash

    person = {"password": LOCAL, "first_name": "И", "last_name": "Ф"}
    town.list_people("ivanova")
    with town.access.open("a", encoding="utf-8") as file:
        file.write("rukovoditel,МЦУ: глава,*,,\n")
    _set(monkeypatch, MCU_SUPERSET_SIGN_IN="local", MCU_SUPERSET_USERS=json.dumps({"ivanova": person}))
    done = sync("--people")
    assert done.returncode == 0, done.stdout
    assert check_password_hash(_account("ivanova")[1], LOCAL)
