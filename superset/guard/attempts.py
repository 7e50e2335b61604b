"""How often a password was guessed. After `MOST_FAILURES` wrong ones in a row an account takes none for `LOCKED_FOR`,
from whatever address they come; each further wrong one locks it anew."""

from __future__ import annotations

from collections.abc import Mapping
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

    def counted(before: Mapping[str, Any]) -> Mapping[str, Any] | None:
        count, at = before.get("count", 0), before.get("at")
        is_locked = count >= MOST_FAILURES and _now() - datetime.fromisoformat(at) < LOCKED_FOR
        return None if is_locked else {"count": count + 1, "at": _now().isoformat()}

    taken = stored.change(_key(login), counted)
    _commit()
    return taken


def undo_stranger(login: str) -> None:
    """The directory did not answer: the attempt was none."""
    stored.change(_key(login), lambda before: {**before, "count": max(before.get("count", 0) - 1, 0)})
    _commit()


def forget_stranger(login: str) -> None:
    """The password was right."""
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
