"""Signing out of Airflow ends everything that the person holds: Airflow itself revokes the one token that asks, so a
token asked for through the API would live on for half a day. No more than one row a person is stored."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from airflow.models.revoked_token import RevokedToken
from airflow.utils.session import NEW_SESSION, provide_session
from jwt import InvalidTokenError
from sqlalchemy.orm import Session

REMEMBERED = timedelta(hours=24)
"""At least as long as any token lives (`[api_auth] jwt_expiration_time` and `jwt_cli_expiration_time`)."""


class SignsOutEverywhere(BaseAuthManager[Any]):
    """Mixed into an auth manager. A token issued before its person last signed out does not count any more."""

    def revoke_token(self, token: str) -> None:
        """Called when a person signs out."""
        subject = _subject(self, token)
        super().revoke_token(token)
        if subject is not None:
            end_tokens(subject)

    async def get_user_from_token(self, token: str) -> BaseUser:
        user = await super().get_user_from_token(token)
        claims = await self._get_token_validator().avalidated_claims(token)
        ended = tokens_ended_at(str(claims["sub"]))
        if ended is not None and claims["iat"] <= ended.timestamp():
            raise InvalidTokenError("Its person has signed out since")
        return user


class AuthManager(SignsOutEverywhere, SimpleAuthManager):
    """AIRFLOW__CORE__AUTH_MANAGER of one machine; that of a server is `mcu.server.airflow_accounts.AuthManager`."""


def end_tokens(subject: str) -> None:
    """From now on no token of `subject` counts that was issued before."""
    RevokedToken.revoke(_row(subject), datetime.now(UTC) + REMEMBERED)


@provide_session
def tokens_ended_at(subject: str, *, session: Session = NEW_SESSION) -> datetime | None:
    row = session.get(RevokedToken, _row(subject))
    return row.exp - REMEMBERED if row else None


def _subject(manager: BaseAuthManager[Any], token: str) -> str | None:
    """None for a token that no longer counts."""
    try:
        return str(manager._get_token_validator().validated_claims(token)["sub"])
    except InvalidTokenError:
        return None


def _row(subject: str) -> str:
    """Airflow's table of revoked tokens has room for 32 signs."""
    return "signed-out:" + hashlib.sha256(subject.encode()).hexdigest()[:21]
