"""When a session and a token end: with the password they were given for, and after twelve hours whatever is done.
Superset's own tables are made in SQLite."""

from __future__ import annotations

from pathlib import Path

from superset_server import in_process

SCRIPT = """
import json, logging, time
from unittest.mock import patch
logging.disable(logging.CRITICAL)
from superset.app import create_app
app = create_app()
app.config.update(WTF_CSRF_ENABLED=False)
app.appbuilder.sm.limiter.enabled = False
from flask_appbuilder import Model
from werkzeug.security import generate_password_hash
OLD, NEW = "the old password", "the new password"
with app.app_context():
    import superset.key_value.models
    from superset import db, security_manager as sm
    Model.metadata.create_all(db.engine)
    names = {"first_name": "a", "last_name": "b", "active": True, "email": "a@localhost"}
    db.session.add(sm.user_model(username="a", password=generate_password_hash(OLD), **names))
    db.session.commit()

def visitor(password):
    client = app.test_client()
    client.post("/login/", data={"username": "a", "password": password})
    return client

def tokens(password):
    body = {"username": "a", "password": password, "provider": "db", "refresh": True}
    return app.test_client().post("/api/v1/security/login", json=body).get_json()

def bearer(token):
    return {"Authorization": f"Bearer {token}"}

def is_in(client):
    return client.get("/api/v1/me/").status_code

def accepted(given):
    ask = app.test_client()
    reads = ask.get("/api/v1/security/csrf_token/", headers=bearer(given["access_token"])).status_code
    renews = ask.post("/api/v1/security/refresh", headers=bearer(given["refresh_token"])).status_code
    return [reads, renews]

found = {}
here, elsewhere, given = visitor(OLD), visitor(OLD), tokens(OLD)
found["before"] = [is_in(here), is_in(elsewhere), accepted(given)]
form = {"present": OLD, "new": NEW, "again": NEW}
found["change"] = here.post("/password/", data=form).status_code
found["after"] = [is_in(here), is_in(elsewhere), accepted(given), accepted(tokens(NEW))]
begun = time.time()
for hours in (11, 13):
    with patch("time.time", lambda: begun + hours * 3600):
        here.get("/lang/ru")  # a changed session is stored anew
        found[f"{hours} hours"] = is_in(here)
print(json.dumps(found))
"""


def test_a_session_and_a_token_end_with_their_password_and_their_time(installation: Path, tmp_path: Path) -> None:
    # 403: known, but without the right; 401: nobody
    assert in_process(tmp_path, SCRIPT) == {
        "before": [403, 403, [403, 200]],
        "change": 302,
        "after": [403, 401, [401, 401], [403, 200]],
        "11 hours": 403,
        "13 hours": 401,
    }
