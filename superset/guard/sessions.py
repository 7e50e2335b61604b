"""A session, and a token of the API, end with the password that they were given for, and a session after its lifetime
whatever is done in it: Superset stores a changed session anew for the whole lifetime, so a copied cookie could be kept
alive for ever."""

from __future__ import annotations

import hmac
import time
from hashlib import sha256
from typing import Any

from flask import Flask, current_app, session
from flask_jwt_extended import JWTManager
from flask_login import logout_user, user_logged_in

CLAIM = "mcu_password"
"""In a token, which everybody can read: a keyed hash."""
_SINCE, _PASSWORD = "mcu_since", "mcu_password"
"""In the session, which is stored on the server."""


def install(app: Flask) -> None:
    user_logged_in.connect(_begin, app, weak=False)
    app.before_request(_end)


def mark_tokens(manager: JWTManager) -> None:
    """Each token says for which password it was given."""
    from superset import security_manager as sm

    manager.additional_claims_loader(lambda identity: {CLAIM: fingerprint(sm.get_user_by_id(int(identity)))})


def fingerprint(user: Any) -> str:
    """One word for the password that the person has now. Who is proved by a directory has none here."""
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"mcu:password:{user.password}".encode(), sha256).hexdigest()[:20]


def note_password(user: Any) -> None:
    """This session goes on although the password has changed: it was changed in it."""
    session[_PASSWORD] = fingerprint(user)


def _begin(_: Flask, user: Any, **__: Any) -> None:
    session[_SINCE] = time.time()
    note_password(user)


def _end() -> None:
    from superset import security_manager as sm

    if "_user_id" not in session:
        return
    user = sm.load_user(session["_user_id"])
    lifetime = current_app.permanent_session_lifetime.total_seconds()
    is_over = time.time() - session.get(_SINCE, 0) > lifetime
    if user is None or is_over or session.get(_PASSWORD) != fingerprint(user):
        logout_user()
        session.clear()
