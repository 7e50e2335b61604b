"""The identity provider: what it must be asked with, and what its answer proves. The protocol is Authlib's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from authlib.oauth2.rfc6749 import OAuth2Token

from sign_in.faults import NotProved, Unreachable
from sign_in.settings import Oidc

NAME = "oidc"
CALLBACK = f"/oauth-authorized/{NAME}"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""A signature that only the provider can make: no `none`, and none by a secret that both sides know."""
_SECONDS = 10
_LEEWAY = 60
"""Seconds by which the clocks of both sides may differ."""


def document_url(given: Oidc) -> str:
    return f"{given.issuer.rstrip('/')}/.well-known/openid-configuration"


def as_fab_takes_it(given: Oidc) -> list[dict[str, Any]]:
    """Flask-AppBuilder's OAUTH_PROVIDERS."""
    client = {
        "scope": given.scopes,
        "code_challenge_method": "S256",
        "verify": str(given.ca) if given.ca else True,
        "trust_env": False,  # else a variable of the machine would replace the authorities that are believed
        "default_timeout": _SECONDS,
    }
    remote = {
        "client_id": given.client_id,
        "client_secret": given.client_secret,
        "server_metadata_url": document_url(given),
        "client_kwargs": client,
    }
    return [{"name": NAME, "icon": "fa-key", "token_key": "access_token", "remote_app": remote}]


def document(remote: Any, given: Oidc, *, is_new: bool = False) -> Any:
    """The provider's description of itself; Authlib keeps it, unless a new one is wanted: a sign-in begins with it, so
    that we say that the provider is down, and not the browser. Raises Unreachable."""
    if is_new:
        remote.server_metadata.pop("_loaded_at", None)
    try:
        found = remote.load_server_metadata()
    except (requests.RequestException, ValueError, TypeError) as error:
        raise Unreachable(f"{document_url(given)}: {type(error).__name__}") from None
    if fault := fault_of(found, given):
        remote.server_metadata.pop("_loaded_at", None)  # asked again, once it is put right
        raise Unreachable(f"{document_url(given)}: {fault}")
    offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    found["id_token_signing_alg_values_supported"] = [name for name in offered if name in ALGORITHMS]
    return found


def fault_of(found: Mapping[str, Any], given: Oidc) -> str | None:
    """Why the description does not do: it is another's, or would have secrets sent in the open."""
    if str(found.get("issuer")).rstrip("/") != given.issuer.rstrip("/"):
        return f"the issuer is another one: {found.get('issuer')}"
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if bad := [name for name in needed if not str(found.get(name)).startswith("https://")]:
        return f"no https address: {', '.join(bad)}"
    return None


def proved(remote: Any, given: Oidc) -> Any:
    """The claims of whoever comes back from the provider, from the query of this request. Raises NotProved,
    Unreachable."""
    issuer = document(remote, given)["issuer"]
    options = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": given.client_id},
        "exp": {"essential": True},
    }
    try:
        token = remote.authorize_access_token(claims_options=options, leeway=_LEEWAY)
        claims = token.get("userinfo") if "id_token" in token else None
        if claims is not None and given.login not in claims:
            claims = _asked_for(remote, token, claims)
    except requests.RequestException as error:
        raise Unreachable(f"{given.issuer}: {type(error).__name__}") from None
    except Exception as error:  # whatever is wrong with an answer, nobody comes in; its text may hold a token
        raise NotProved(type(error).__name__) from None
    if claims is None:
        raise NotProved("no ID token")
    return claims


def _asked_for(remote: Any, token: OAuth2Token, claims: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The claims of the provider's other source, where the token has not the login; only if they are of the person
    whom the token proves."""
    if not str(remote.server_metadata.get("userinfo_endpoint")).startswith("https://"):
        return claims
    found: Mapping[str, Any] = remote.userinfo(token=token)
    return found if found.get("sub") == claims["sub"] else None


def login_of(claims: Mapping[str, Any], claim: str) -> str:
    """Raises NotProved: there is no such claim, or it is an e-mail address that nobody has verified."""
    login = claims.get(claim)
    if not isinstance(login, str) or not login.strip():
        raise NotProved(f"no claim {claim}")
    if claim == "email" and claims.get("email_verified") is not True:
        raise NotProved("the e-mail address is not verified")
    return login


def sign_out_url(remote: Any, given: Oidc, back_to: str) -> str:
    """Where the provider ends its own session, if it says where; else `back_to`. No token is kept to be sent along."""
    try:
        endpoint = document(remote, given).get("end_session_endpoint")
    except Unreachable:
        return back_to
    if not str(endpoint).startswith("https://"):
        return back_to
    return str(remote.create_logout_url(back_to, client_id=given.client_id)["url"])
