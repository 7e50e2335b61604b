"""Airflow's accounts on a server: what its FAB auth manager lacks. Superset's accounts have the same lock
(`superset/guard/manager.py`, another environment)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager
from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride

from mcu.runtime.airflow_sign_out import SignsOutEverywhere, end_tokens

log = logging.getLogger(__name__)

MOST_FAILURES = 10
LOCKED_FOR = timedelta(minutes=15)


class AuthManager(SignsOutEverywhere, FabAuthManager):
    """AIRFLOW__CORE__AUTH_MANAGER."""

    def revoke_token(self, token: str) -> None:
        """Called when a person signs out. FAB deletes the cookies only: a copied one would go on giving new tokens.
        Therefore the person's sessions on the server end too, wherever they were begun."""
        super().revoke_token(token)
        if self.flask_app is None:  # not the API server
            return
        try:
            user = self.deserialize_user(self._get_token_validator().validated_claims(token))
        except Exception as error:  # a token that no longer counts
            log.warning("Sessions not ended: %s", type(error).__name__)
            return
        with self.flask_app.app_context():
            self.security_manager.reset_user_sessions(user)


class Accounts(FabAirflowSecurityManagerOverride):
    def auth_user_db(self, username: str, password: str, rotate_session_id: bool = True) -> Any:
        """The user, or None. After `MOST_FAILURES` wrong passwords in a row the account takes none for `LOCKED_FOR`,
        from whatever address they come; each further wrong one locks it anew."""
        user = self.find_user(username=username) or self.find_user(email=username)
        if user is not None and _is_locked(user):
            return None
        return super().auth_user_db(username, password, rotate_session_id)

    def update_user_auth_stat(self, user: Any, success: bool = True) -> None:
        """Also record when the last wrong password came: the account has no other column for it."""
        if not success:
            user.changed_on = _now()
        super().update_user_auth_stat(user, success)

    def reset_user_sessions(self, user: Any) -> None:
        """Also when the password is changed."""
        end_tokens(str(user.id))
        super().reset_user_sessions(user)


def _is_locked(user: Any) -> bool:
    has_failed = (user.fail_login_count or 0) >= MOST_FAILURES
    return has_failed and user.changed_on is not None and _now() - user.changed_on < LOCKED_FOR


def _now() -> datetime:
    """Without a zone, as the column has none."""
    return datetime.now(UTC).replace(tzinfo=None)
