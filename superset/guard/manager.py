"""Superset's security manager with what it lacks: an account is locked after wrong passwords, without the right to
export nobody gets more rows than the page shows, the cache serves only those who may see the same, and who asked for
what is noted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import has_request_context, request
from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
from superset.exceptions import SupersetSecurityException
from superset.security import SupersetSecurityManager
from superset.utils.core import get_username

from guard import journal
from guard.first_password import is_first
from guard.person import note_who_asks, rights
from guard.rows import is_as_shown

MOST_FAILURES = 10
LOCKED_FOR = timedelta(minutes=15)


class Guard(SupersetSecurityManager):
    def auth_user_db(self, username: str, password: str) -> Any:
        """The user, or None. After `MOST_FAILURES` wrong passwords in a row the account takes none for `LOCKED_FOR`,
        from whatever address they come; each further wrong one locks it anew. The API takes no password that the
        person has not changed yet."""
        user = self.find_user(username=username) or self.find_user(email=username)
        if user is not None and (_is_locked(user) or (_is_api() and is_first(user))):
            return None
        return super().auth_user_db(username, password)

    def update_user_auth_stat(self, user: Any, success: bool = True) -> None:
        """Also record when the last wrong password came: the account has no other column for it."""
        if not success:
            user.changed_on = _now()
        super().update_user_auth_stat(user, success)

    def raise_for_access(self, *arguments: Any, query_context: Any = None, **named: Any) -> None:
        if query_context:
            chart = query_context.slice_
            is_same = bool(chart) and query_context.datasource.id == chart.datasource_id
            stored = chart.params_dict if chart else None
            is_shown = is_as_shown(query_context.result_type, query_context.queries, stored, is_same_dataset=is_same)
            note_who_asks(get_username())
            journal.note(query_context, is_shown=is_shown)
            if not is_shown and not self.can_access("can_csv", "Superset"):
                raise SupersetSecurityException(
                    SupersetError(
                        error_type=SupersetErrorType.DATASOURCE_SECURITY_ACCESS_ERROR,
                        message="Без права выгрузки доступны только плитки дашборда в том виде, как они показаны.",
                        level=ErrorLevel.WARNING,
                    )
                )
        super().raise_for_access(*arguments, query_context=query_context, **named)

    def get_rls_cache_key(self, datasource: Any) -> list[str]:
        """Part of the key under which Superset stores the rows of a query."""
        return [*super().get_rls_cache_key(datasource), rights(get_username())]


def _is_api() -> bool:
    return has_request_context() and request.path.startswith("/api/")


def _is_locked(user: Any) -> bool:
    has_failed = (user.fail_login_count or 0) >= MOST_FAILURES
    return has_failed and user.changed_on is not None and _now() - user.changed_on < LOCKED_FOR


def _now() -> datetime:
    """Without a zone, as the column has none."""
    return datetime.now(UTC).replace(tzinfo=None)
