"""Superset's security manager with what it lacks: an account is locked after wrong passwords, people may be proved by
the municipality's directory or identity provider, a token ends with the password, without the right to export nobody
gets more rows than the page shows, the cache serves only those who may see the same, and who asked for what is
noted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, g, has_request_context, request
from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
from superset.exceptions import SupersetSecurityException
from superset.security import SupersetSecurityManager
from superset.utils.core import get_user_id, get_username

from deploy.access import ADMIN
from guard import attempts, journal, sessions
from guard.first_password import is_first
from guard.person import note_who_asks, rights
from guard.published import published
from guard.rows import is_as_shown
from sign_in import directory
from sign_in.faults import NotListed, Unreachable
from sign_in.pages import OidcView
from sign_in.settings import SignIn


class Guard(SupersetSecurityManager):
    authoauthview = OidcView

    def register_views(self) -> None:
        """The view that takes passwords is limited too: Superset limits only the page that shows the form."""
        # The provider's page is ours: Superset's would be English, and has no way in for the administrator.
        self.register_superset_auth_view = _sign_in().way != "oidc"
        super().register_views()
        # A second application in one process has the views of the first, without blueprints of their own.
        if self.is_auth_limited and (blueprint := getattr(self.auth_view, "blueprint", None)) is not None:
            self.limiter.limit(self.auth_rate_limit, methods=["POST"])(blueprint)

    def create_jwt_manager(self, app: Any) -> Any:
        manager = super().create_jwt_manager(app)
        sessions.mark_tokens(manager)
        return manager

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> Any:
        """The person of a token, unless the password has changed since it was given."""
        user = super().load_user_jwt(_jwt_header, jwt_data)
        return user if user and jwt_data.get(sessions.CLAIM) == sessions.fingerprint(user) else None

    def auth_user_db(self, username: str, password: str) -> Any:
        """The user, or None. After ten wrong passwords the account takes none for a while (`guard/attempts.py`). The
        API takes no password that the person has not changed yet. Where a directory or a provider proves people, only
        the administrator has a password here."""
        user = self.find_user(username=username)
        if not _sign_in().is_local:
            if user is None or user.username != ADMIN:
                return None
        else:
            user = user or self.find_user(email=username)
        if user is not None:
            takes_none = user.password is None or (_is_api() and is_first(user))
            if takes_none or not attempts.begin(user):
                return None
        return super().auth_user_db(username, password)

    def auth_user_ldap(self, username: str, password: str) -> Any:
        """The person whose password the directory accepts, or None. Raises NotListed, Unreachable."""
        given = _sign_in().ldap
        if given is None:
            return None
        if (username or "").strip().casefold() == ADMIN:
            return self.auth_user_db(ADMIN, password)
        try:
            return self._of_directory(given, username or "", password or "")
        except (NotListed, Unreachable):
            if _is_api():  # it has no pages to show
                return None
            raise

    def _of_directory(self, given: Any, username: str, password: str) -> Any:
        entry = directory.find(given, username.strip())
        if entry is None:
            return None
        user = self._account(entry.login)
        if not (attempts.begin(user) if user else attempts.begin_stranger(entry.login)):
            return None
        try:
            is_right = directory.has_password(given, entry, password)
        except Unreachable:
            attempts.undo(user) if user else attempts.undo_stranger(entry.login)
            raise
        if not is_right:
            return None
        if user is None:
            attempts.forget_stranger(entry.login)
        return self._welcome(entry.login, user, entry.first_name, entry.last_name)

    def auth_user_oauth(self, userinfo: Mapping[str, Any]) -> Any:
        """The person whom the provider has proved. Raises NotListed."""
        login = userinfo["username"].strip()
        return self._welcome(login, self._account(login), userinfo["first_name"], userinfo["last_name"])

    def _account(self, login: str) -> Any:
        """The account with this login, in any case; never that of the administrator, who is nobody of a directory.

        The database does not fold letters as Python does: «ADMİN» is «admin» to it."""
        user = self.find_user(username=login)
        is_same = user is not None and user.username.casefold() == login.casefold()
        return user if is_same and user.username != ADMIN else None

    def _welcome(self, login: str, user: Any, first_name: str, last_name: str) -> Any:
        """Whoever is proved comes in if `access.csv` lists them. Raises NotListed."""
        if user is None or not user.is_active:
            raise NotListed(login)
        user.first_name, user.last_name = (first_name or user.first_name)[:64], (last_name or user.last_name)[:64]
        self.update_user_auth_stat(user)
        return user

    def update_user_auth_stat(self, user: Any, success: bool = True) -> None:
        """A wrong password has been counted before it was looked at (`attempts.begin`)."""
        if success:
            super().update_user_auth_stat(user)

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

    def _has_view_access(self, user: Any, permission_name: str, view_name: str) -> bool:
        """Asked of the database once a request: Superset asks the same a dozen times for each tile."""
        known = _of_this_request()
        key = (user.get_id(), permission_name, view_name)
        if key not in known:
            known[key] = super()._has_view_access(user, permission_name, view_name)
        return bool(known[key])

    def user_view_menu_names(self, permission_name: str) -> set[str]:
        """The same."""
        known = _of_this_request()
        key = (get_user_id(), permission_name)
        if key not in known:
            known[key] = super().user_view_menu_names(permission_name)
        return set(known[key])

    def get_rls_cache_key(self, datasource: Any) -> list[str]:
        """Part of the key under which Superset stores the rows of a query: who sees the same, of which marts."""
        marts = published(datasource.database.sqlalchemy_uri_decrypted)
        return [*super().get_rls_cache_key(datasource), rights(get_username()), marts]


def _sign_in() -> SignIn:
    given: SignIn = current_app.config["MCU_SIGN_IN"]
    return given


def _of_this_request() -> dict[Any, Any]:
    """What was found out about permissions; empty outside of requests, where nothing says how long it is true."""
    if not has_request_context():
        return {}
    known: dict[Any, Any] = g.setdefault("mcu_permissions", {})
    return known


def _is_api() -> bool:
    return has_request_context() and request.path.startswith("/api/")
