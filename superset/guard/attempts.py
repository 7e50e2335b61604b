"""How often a password was guessed. After `MOST_FAILURES` wrong ones in a row an account takes none for `LOCKED_FOR`,
from whatever address they come; each further wrong one locks it anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from guard import stored

MOST_FAILURES = 10
LOCKED_FOR = timedelta(minutes=15)


def begin(user: Any) -> bool:
    """Count an attempt as wrong before the password is looked at, which takes its time: of many at once only as many as
    are left get through. False: the account is locked. A right one sets the count to 0."""
    from sqlalchemy import func, or_, update

    from superset import db

    model = type(user)
    count = func.coalesce(model.fail_login_count, 0)
    is_open = or_(count < MOST_FAILURES, model.changed_on.is_(None), model.changed_on <= _now() - LOCKED_FOR)
    counted = update(model).where(model.id == user.id, is_open).values(fail_login_count=count + 1, changed_on=_now())
    taken = db.session.execute(counted.execution_options(synchronize_session=False)).rowcount
    db.session.commit()
    db.session.refresh(user)
    return bool(taken)


def undo(user: Any) -> None:
    """The directory did not answer: the attempt was none."""
    from sqlalchemy import update

    from superset import db

    model = type(user)
    one_less = update(model).where(model.id == user.id, model.fail_login_count > 0)
    one_less = one_less.values(fail_login_count=model.fail_login_count - 1, changed_on=model.changed_on)
    db.session.execute(one_less.execution_options(synchronize_session=False))
    _commit()


def begin_stranger(login: str) -> bool:
    """The same for who has no account here: a person of the directory whose password must not be guessed here."""
    found = stored.read(_key(login)) or {"count": 0, "at": _now().isoformat()}
    is_recent = _now() - datetime.fromisoformat(found["at"]) < LOCKED_FOR
    if found["count"] >= MOST_FAILURES and is_recent:
        return False
    stored.write(_key(login), {"count": found["count"] + 1, "at": _now().isoformat()})
    _commit()
    return True


def forget_stranger(login: str) -> None:
    """The password was right, or the directory did not answer."""
    stored.write(_key(login), {"count": 0, "at": _now().isoformat()})
    _commit()


def _now() -> datetime:
    """Without a zone, as the column has none."""
    return datetime.now(UTC).replace(tzinfo=None)


def _key(login: str) -> str:
    return f"attempts:{login.casefold()}"


def _commit() -> None:
    from superset import db

    db.session.commit()
