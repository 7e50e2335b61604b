"""Sign-in by an identity provider: a real OpenID provider over TLS, a real Superset, the whole flow by redirects."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import OctKey, RSAKey

from browser import eyes
from ground import skip_unless_ci
from identity_provider import CLIENT_ID, CLIENT_SECRET, Answer, Provider, Spoil
from mcu.secrets import secret
from mcu.settings import settings
from mcu.warehouse.connect import connect
from own_rows import HEADER, OF_TOWN, filter_rows
from quality.minimal_marts import own_warehouse
from superset_person import Person, csrf
from superset_server import make_sample_marts, need_superset, serving, sync

LISTED = {
    "ivanova": ("МЦУ: руководитель", "murmansk"), "petrov": ("МЦУ: глава", "*"), "leaver": ("МЦУ: глава", "murmansk"),
}  # fmt: skip  # a table
PEOPLE: dict[str, dict[str, object]] = {
    "sub-1": {"preferred_username": "ivanova", "given_name": "Анна", "family_name": "Иванова"},
    "sub-2": {"preferred_username": "PETROV", "given_name": "Пётр", "family_name": "Петров"},
    "sub-3": {"preferred_username": "sidorov"},
    "sub-4": {"preferred_username": "leaver"},
    "sub-5": {"preferred_username": "Admin"},
    "sub-6": {"preferred_username": "ADM\u0130N"},  # PostgreSQL's lower() makes «admin» of it
    "sub-7": {"email": "ivanova"},
    "sub-8": {"preferred_username": "<b>нет</b>"},
}
CONTACT = "отделу информатизации, тел. 00-00"
CALLBACK = "/oauth-authorized/oidc"


@dataclass
class Town:
    url: str
    provider: Provider
    access: Path
    log: Path
    sessions: Path
    running: ExitStack = field(repr=False)

    def list_people(self, *logins: str) -> None:
        rows = [f"{login},{role},{town},,\n" for login, (role, town) in LISTED.items() if login in logins]
        self.access.write_text(HEADER + "".join(rows), encoding="utf-8")


@pytest.fixture(scope="module")
def town(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    need_superset()
    provider = Provider(tmp_path_factory.mktemp("provider"), PEOPLE)
    with (
        ExitStack() as running,
        own_warehouse(tmp_path_factory.mktemp("oidc")) as var,
        pytest.MonkeyPatch.context() as patch,
    ):
        running.enter_context(provider.running())
        make_sample_marts()
        filter_rows()
        sessions = var / "superset" / "sessions"
        found = Town("", provider, var / "access.csv", var / "superset-test.log", sessions, running)
        found.list_people(*LISTED)
        given = {
            "MCU_SUPERSET_ACCESS": str(found.access), "MCU_SUPERSET_SIGN_IN": "oidc",
            "MCU_SUPERSET_OIDC_ISSUER": provider.issuer, "MCU_SUPERSET_OIDC_CLIENT_ID": CLIENT_ID,
            "MCU_SECRET_SUPERSET_OIDC": CLIENT_SECRET, "MCU_SUPERSET_SIGN_IN_CA": str(provider.authority.pem[0]),
            "MCU_SUPERSET_SIGN_IN_CONTACT": CONTACT,
        }  # fmt: skip  # a table
        for name, value in given.items():
            patch.setenv(name, value)
        settings.cache_clear()
        done = sync()
        assert done.returncode == 0, done.stdout
        with serving(found.log) as found.url:
            yield found
    settings.cache_clear()


@pytest.fixture
def spoil(town: Town) -> Iterator[Callable[[Spoil], None]]:
    """Spoils what the provider gives, during one test."""

    def put(how: Spoil) -> None:
        town.provider.spoil = how

    yield put
    town.provider.spoil = town.provider.userinfo = None
    town.provider.document = {}


def _visitor(town: Town) -> Person:
    person = Person(town.url)
    person.session.verify = str(town.provider.authority.pem[0])
    return person


def _way_back(person: Person, sub: str, start: str = "/login/oidc") -> str:
    """Where the provider sends who has proved to be `sub`."""
    form = person.get(start)
    assert form.status_code == 200 and "/oauth2/authorize" in form.url, form.text
    answer = person.post(form.url, data={"sub": sub}, allow_redirects=False)
    return answer.headers["Location"]


def _in(town: Town, sub: str, start: str = "/login/oidc") -> tuple[Person, requests.Response]:
    person = _visitor(town)
    return person, person.get(_way_back(person, sub, start))


def _is_refused(town: Town, person: Person, answer: requests.Response) -> None:
    assert answer.status_code == 403 and "Служба входа не подтвердила, кто вы" in answer.text, answer.text
    assert person.me() == 401


def test_a_listed_person_comes_in_and_has_exactly_their_role_and_rows(town: Town) -> None:
    person, answer = _in(town, "sub-1")
    assert answer.status_code == 200 and "/superset/dashboard/" in answer.url
    assert person.me() == {
        "username": "ivanova", "firstName": "Анна", "lastName": "Иванова", "roles": ["МЦУ: руководитель"],
    }  # fmt: skip  # a table
    assert person.municipalities() == {OF_TOWN["murmansk"]}


@pytest.mark.browser
def test_a_browser_goes_there_and_back(town: Town) -> None:
    if not eyes.CHROMIUM.exists():
        skip_unless_ci("нет Chromium: apt-get install chromium")
    with eyes.browser() as chromium, chromium.new_context(ignore_https_errors=True, locale="ru-RU") as context:
        page = context.new_page()
        page.goto(f"{town.url}/superset/dashboard/sroki/")
        assert not eyes.LATIN_WORD.search(page.inner_text("body"))
        page.click("text=Войти")
        page.fill("input[name=sub]", "sub-1")
        page.keyboard.press("Enter")
        page.wait_for_selector(eyes.TILE, timeout=90_000)
        assert urlsplit(page.url).path == "/superset/dashboard/sroki/"


def test_a_login_in_other_letters_is_the_same_person(town: Town) -> None:
    person, _ = _in(town, "sub-2")
    me = person.me()
    assert isinstance(me, dict) and me["username"] == "petrov" and me["roles"] == ["МЦУ: глава"]
    assert person.municipalities() == set(OF_TOWN.values())


def test_the_code_is_bound_to_who_asked_for_it(town: Town) -> None:
    """PKCE: the address has the hash of what is shown only with the code."""
    person = _visitor(town)
    form = person.get("/login/oidc")
    asked = {name: value for name, (value,) in parse_qs(urlsplit(form.url).query).items()}
    assert asked["code_challenge_method"] == "S256" and asked["state"] and asked["nonce"]
    assert asked["redirect_uri"] == town.url + CALLBACK
    person.post(form.url, data={"sub": "sub-1"})
    shown = town.provider.asked[-1]["code_verifier"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(shown.encode()).digest()).rstrip(b"=").decode()
    assert len(shown) >= 43 and challenge == asked["code_challenge"]
    assert town.provider.asked[-1]["authorization"].startswith("Basic ")


def test_who_is_not_listed_gets_a_page_and_no_account(town: Town) -> None:
    person, answer = _in(town, "sub-3")
    assert answer.status_code == 403
    assert "Вас нет в списке доступа (учётная запись «sidorov»)" in answer.text and CONTACT in answer.text
    assert person.me() == 401
    with connect("superset") as conn:
        found = conn.execute("select array_agg(username order by username) from ab_user").fetchone()
    assert found == (["admin", *sorted(LISTED)],)
    _, answer = _in(town, "sub-8")
    assert answer.status_code == 403 and "&lt;b&gt;" in answer.text and "<b>" not in answer.text


@pytest.mark.parametrize("sub", ["sub-5", "sub-6"])
def test_nobody_of_the_provider_is_the_administrator(town: Town, sub: str) -> None:
    person, answer = _in(town, sub)
    assert answer.status_code == 403 and "Вас нет в списке доступа" in answer.text
    assert person.me() == 401


def test_an_answer_without_the_login_proves_nothing(town: Town) -> None:
    person, answer = _in(town, "sub-7")
    _is_refused(town, person, answer)


def _another_key(answer: Answer) -> None:
    answer.sign(RSAKey.generate_key(2048))


def _unsigned(answer: Answer) -> None:
    parts = [base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode() for text in _plain(answer)]
    answer.body["id_token"] = ".".join([*parts, ""])


def _plain(answer: Answer) -> list[str]:
    return [json.dumps({"alg": "none", "typ": "JWT"}), json.dumps(answer.claims)]


def _no_token(answer: Answer) -> None:
    del answer.body["id_token"]
    answer.body["userinfo"] = answer.claims


def _claims(**changed: Any) -> Spoil:
    def spoil(answer: Answer) -> None:
        for name, value in changed.items():
            if value is None:
                del answer.claims[name]
            else:
                answer.claims[name] = value
        answer.sign()

    return spoil


SPOILED: dict[str, Spoil] = {
    "another audience": _claims(aud="another-client"),
    "another audience, asked for in our name": _claims(aud="another-client", azp=CLIENT_ID),
    "another audience beside ours": _claims(aud=[CLIENT_ID, "another-client"]),
    "no audience": _claims(aud=None),
    "given to another party": _claims(aud=[CLIENT_ID, "another-client"], azp="another-client"),
    "another issuer": _claims(iss="https://127.0.0.1:1"),
    "expired": _claims(exp=int(time.time()) - 3600),
    "without an end": _claims(exp=None),
    "another nonce": _claims(nonce="of another try"),
    "no nonce": _claims(nonce=None),
    "signed by another key": _another_key,
    "unsigned": _unsigned,
    "signed by the secret that both know": lambda answer: answer.sign(OctKey.import_key(CLIENT_SECRET), "HS256"),
    "no token, but claims beside it": _no_token,
    "a login that is no text": _claims(preferred_username=["ivanova"]),
    "an empty login": _claims(preferred_username=" "),
}


def test_a_token_that_the_test_signs_anew_is_good(town: Town, spoil: Callable[[Spoil], None]) -> None:
    """Else the refusals below would prove nothing."""
    spoil(lambda answer: answer.sign())
    person, _ = _in(town, "sub-1")
    assert isinstance(person.me(), dict)
    spoil(_claims(aud=[CLIENT_ID]))
    person, _ = _in(town, "sub-1")
    assert isinstance(person.me(), dict)


@pytest.mark.parametrize("how", SPOILED.values(), ids=SPOILED)
def test_a_token_that_does_not_prove_it_is_refused(town: Town, spoil: Callable[[Spoil], None], how: Spoil) -> None:
    spoil(how)
    person, answer = _in(town, "sub-1")
    _is_refused(town, person, answer)


def test_a_login_that_only_the_provider_s_answer_has_is_taken_of_the_same_person_only(
    town: Town, spoil: Callable[[Spoil], None]
) -> None:
    spoil(_claims(preferred_username=None))
    person, _ = _in(town, "sub-1")
    assert isinstance(person.me(), dict)
    town.provider.userinfo = {"sub": "sub-2", "preferred_username": "petrov"}
    _is_refused(town, *_in(town, "sub-1"))


@pytest.mark.parametrize(
    "said",
    [{"issuer": "https://another.test"}, {"token_endpoint": "http://127.0.0.1:1/token"}, {"jwks_uri": None}],
    ids=["another issuer", "an open address", "no keys"],
)
def test_a_provider_that_says_something_else_of_itself_is_not_asked(
    town: Town, spoil: Callable[[Spoil], None], said: dict[str, object]
) -> None:
    town.provider.document = said
    answer = _visitor(town).get("/login/oidc")
    assert answer.status_code == 503 and "Служба входа не отвечает" in answer.text
    (finding,) = _doctor()
    assert not finding.is_ok and next(iter(said)).split("_")[0] in finding.advice, finding


def test_a_forged_state_is_refused(town: Town) -> None:
    person = _visitor(town)
    query = parse_qs(urlsplit(_way_back(person, "sub-1")).query)
    forged = f"{CALLBACK}?code={query['code'][0]}&state="
    for state in ("forged", "", query["state"][0] + "x"):
        _is_refused(town, person, person.get(forged + state))
    _is_refused(town, person, person.get(f"{CALLBACK}?code={query['code'][0]}"))
    _is_refused(town, person, person.get(f"{CALLBACK}?error=access_denied&state={query['state'][0]}"))


def test_the_way_back_of_one_browser_is_none_in_another_and_none_twice(town: Town) -> None:
    first, other = _visitor(town), _visitor(town)
    location = _way_back(first, "sub-1")
    other.get("/login/oidc")  # it has asked for something of its own
    _is_refused(town, other, other.get(location))
    assert "/superset/dashboard/" in first.get(location).url
    first.get("/logout/")
    _is_refused(town, first, first.get(location))


def test_a_person_lands_where_they_wanted_and_nowhere_outside(town: Town) -> None:
    begun = _visitor(town).get("/superset/dashboard/sroki/")
    assert urlsplit(begun.url).path == "/login/" and "служебной учётной записью" in begun.text
    for wanted, lands in {
        "/superset/dashboard/sroki/": "/superset/dashboard/sroki/",
        "https://127.0.0.1:1/evil": "/superset/dashboard/obstanovka/",
        "//127.0.0.1:1/evil": "/superset/dashboard/obstanovka/",
    }.items():
        _, answer = _in(town, "sub-1", f"/login/oidc?next={wanted}")
        assert answer.url.startswith(town.url) and urlsplit(answer.url).path == lands, wanted


def test_signing_out_ends_our_session_and_the_provider_s(town: Town) -> None:
    person, _ = _in(town, "sub-1")
    copied = _visitor(town)
    copied.session.cookies.update(person.session.cookies)
    answer = person.get("/logout/", allow_redirects=False)
    address = urlsplit(answer.headers["Location"])
    assert f"{address.scheme}://{address.netloc}" == town.provider.issuer and address.path == "/oauth2/end_session"
    said = parse_qs(address.query)
    assert said["client_id"] == [CLIENT_ID] and said["post_logout_redirect_uri"] == [f"{town.url}/login/"]
    assert "id_token_hint" not in said
    assert person.me() == 401 and copied.me() == 401


def test_the_administrator_has_a_way_in_of_their_own(town: Town) -> None:
    person, given = Person(town.url), secret("superset_admin")
    page = person.get("/admin-login/")
    assert "Вход администратора" in page.text and "/admin-login/" in person.get("/login/").text
    person.post("/admin-login/", data={"password": given})  # as another site would
    assert person.me() == 401
    form = {"csrf_token": csrf(page.text)}
    wrong = person.post("/admin-login/", data=form | {"password": "не тот"})
    assert "не подошёл" in wrong.text and person.me() == 401
    person.post("/admin-login/", data=form | {"password": given, "username": "ivanova"})
    me = person.me()
    assert isinstance(me, dict) and me["username"] == "admin" and me["roles"] == ["Admin"]


def test_ten_wrong_passwords_lock_the_administrator_too(town: Town) -> None:
    person = Person(town.url)
    form = {"csrf_token": csrf(person.get("/admin-login/").text)}
    for number in range(10):
        time.sleep(0.25)  # five a second are taken
        assert person.post("/admin-login/", data=form | {"password": f"не тот {number}"}).status_code == 200
    assert _failures("admin") == 10
    time.sleep(1)
    person.post("/admin-login/", data=form | {"password": secret("superset_admin")})
    assert person.me() == 401
    with connect("superset") as conn:
        conn.execute("update ab_user set changed_on = changed_on - interval '15 min' where username = 'admin'")
    time.sleep(1)
    person.post("/admin-login/", data=form | {"password": secret("superset_admin")})
    assert isinstance(person.me(), dict) and _failures("admin") == 0


def _failures(login: str) -> int:
    with connect("superset") as conn:
        row = conn.execute("select fail_login_count from ab_user where username = %s", [login]).fetchone()
    assert row is not None
    return int(row[0])


def test_nobody_else_has_a_password_here(town: Town) -> None:
    for provider in ("db", "ldap"):
        assert Person(town.url).token("ivanova", "пароль-пароль", provider) == 400
    with connect("superset") as conn:
        found = conn.execute("select username from ab_user where password is not null").fetchall()
    assert found == [("admin",)]


def test_who_is_taken_off_the_list_is_out_at_once(town: Town) -> None:
    person, _ = _in(town, "sub-4")
    assert person.municipalities() == {OF_TOWN["murmansk"]}
    town.list_people("ivanova", "petrov")
    done = sync("--people")
    assert done.returncode == 0, done.stdout
    assert person.me() == 401
    _, answer = _in(town, "sub-4")
    assert answer.status_code == 403 and "Вас нет в списке доступа" in answer.text


def test_no_token_and_no_secret_is_logged_or_stored(town: Town) -> None:
    person, _ = _in(town, "sub-1")
    assert isinstance(person.me(), dict)
    stored = [path.read_bytes() for path in town.sessions.rglob("*") if path.is_file()]
    assert len(town.provider.given) > 10 and any(b"_user_id" in session for session in stored)
    for found in (town.log.read_bytes(), *stored):
        for token in (*town.provider.given, CLIENT_SECRET):
            assert token.encode() not in found


def test_a_provider_that_is_down_says_so_and_lets_nobody_in(town: Town) -> None:
    (finding,) = _doctor()
    assert finding.is_ok, finding
    person = _visitor(town)
    location = _way_back(person, "sub-1")
    town.running.close()
    for path in (location, "/login/oidc"):
        answer = person.get(path)
        assert answer.status_code == 503 and "Служба входа не отвечает" in answer.text, answer.text
    assert person.me() == 401
    (finding,) = _doctor()
    assert not finding.is_ok and "MCU_SUPERSET_OIDC_ISSUER" in finding.advice
    town.running.enter_context(town.provider.running())
    person, _ = _in(town, "sub-1")
    assert isinstance(person.me(), dict)


def test_the_doctor_believes_the_named_authority_only(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_SUPERSET_SIGN_IN_CA", str(town.provider.stranger.pem[0]))
    settings.cache_clear()
    (finding,) = _doctor()
    assert not finding.is_ok and "SSLError" in finding.advice


def _doctor() -> list[Any]:
    from mcu.runtime.doctor_sign_in import sign_in

    return list(sign_in())
