"""A password that somebody was given is good for signing in only: before anything else the person chooses another one.

Superset's accounts have no column for that. Its key-value table holds the hash that `sync.py` has given; as long as it
is the account's hash, the password is the given one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request, session
from flask_login import current_user, user_logged_in
from werkzeug.security import check_password_hash

from guard import sessions, stored

PAGE = "/password/"
SHORTEST_PASSWORD = 12

_IS_FIRST = "mcu_password_is_first"
"""In the session, which is stored on the server."""
_OPEN = ("/static/", "/mcu/", "/logout/", PAGE)


def install(app: Flask) -> None:
    """Add the page, and let whoever has a given password see nothing but it."""
    page = Blueprint("mcu_password", __name__, template_folder="templates")
    page.add_url_rule(PAGE, view_func=change, methods=["GET", "POST"])
    app.register_blueprint(page)
    user_logged_in.connect(_note, app, weak=False)
    app.before_request(_only_the_page)


def is_first(user: Any) -> bool:
    """True if the account's password is the one that the person was given."""
    return user.password is not None and user.password == given_hash(user.username)


def given_hash(name: str) -> str | None:
    """The hash of the password that `sync.py` gave last."""
    found = stored.read(f"given-password:{name}")
    return found and str(found["hash"])


def note_given(name: str, hashed: str) -> None:
    stored.write(f"given-password:{name}", {"hash": hashed})


def change() -> Any:
    """The page: the present password, the new one twice."""
    if not current_user.is_authenticated:
        return redirect("/login/")
    error = _changed() if request.method == "POST" else ""
    if error is None:
        session.pop(_IS_FIRST, None)
        return redirect("/")
    return render_template("mcu_password.html", error=error, shortest=SHORTEST_PASSWORD)


def fault_of(present_hash: str, new: str, again: str) -> str | None:
    """Why the new password does not do, in Russian."""
    if new != again:
        return "Новый пароль введён по-разному. Введите его два раза одинаково."
    if len(new) < SHORTEST_PASSWORD:
        return f"Новый пароль короче {SHORTEST_PASSWORD} знаков."
    if check_password_hash(present_hash, new):
        return "Новый пароль совпадает с прежним. Задайте другой."
    return None


def _changed() -> str | None:
    """Change the password, which ends the person's other sessions; why not, if it is not changed."""
    from superset import security_manager as sm

    given = {field: request.form.get(field, "") for field in ("present", "new", "again")}
    user = sm.auth_user_db(current_user.username, given["present"])  # counts failures, locks the account
    if user is None:
        return "Прежний пароль не подошёл. После десяти ошибок подряд учётная запись закрывается на 15 минут."
    if fault := fault_of(user.password, given["new"], given["again"]):
        return fault
    sm.reset_password(user.id, given["new"])
    sessions.note_password(user)
    return None


def _note(_: Flask, user: Any, **__: Any) -> None:
    if is_first(user):
        session[_IS_FIRST] = True


def _only_the_page() -> Response | tuple[Response, int] | Any | None:
    if not session.get(_IS_FIRST) or request.path.startswith(_OPEN):
        return None
    if request.path.startswith("/api/"):
        return jsonify(message="Сначала смените выданный пароль."), 403
    return redirect(PAGE)
