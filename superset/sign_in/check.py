"""Say whether the settings of the sign-in are whole and the directory or the provider answers, as `mcu doctor` asks:

    python -m sign_in.check

Prints a JSON list of [is it right, what, advice]; empty where people have local passwords."""

from __future__ import annotations

import json
import os
import sys

import requests

from sign_in import directory, provider
from sign_in.faults import Unreachable
from sign_in.settings import Ldap, Oidc, SignInRefused, read

Found = tuple[bool, str, str]


def main() -> int:
    found = check()
    print(json.dumps(found, ensure_ascii=False))
    return 0 if all(is_right for is_right, _, _ in found) else 1


def check() -> list[Found]:
    try:
        given = read(os.environ)
    except SignInRefused as refused:
        return [(False, f"Вход в Superset: {refused}", "Исправьте .env; до этого Superset не запускается.")]
    return [_of_ldap(given.ldap)] if given.ldap else [_of_oidc(given.oidc)] if given.oidc else []


def _of_ldap(given: Ldap) -> Found:
    try:
        directory.refuse_fault(given)
    except Unreachable as fault:
        advice = (
            "Проверьте MCU_SUPERSET_LDAP_URL, MCU_SUPERSET_LDAP_BASE, MCU_SUPERSET_LDAP_BIND_DN, секрет"
            f" MCU_SECRET_SUPERSET_LDAP и MCU_SUPERSET_SIGN_IN_CA. Причина: {fault}"
        )
        return False, f"Вход в Superset: каталог {given.url} не отвечает как нужно, никто не может войти", advice
    open_text = "" if given.security != "none" else " Пароли идут по сети открыто: MCU_SUPERSET_LDAP_SECURITY=none."
    return True, f"Вход в Superset: каталог {given.url} отвечает и принимает служебную запись", open_text.strip()


def _of_oidc(given: Oidc) -> Found:
    """The document and the keys, read as the sign-in reads them; the client's secret is proved by a sign-in only."""
    try:
        with requests.Session() as session:
            session.trust_env, session.verify = False, str(given.ca) if given.ca else True
            document = session.get(provider.document_url(given), timeout=10).json()
            if bad := provider.fault_of(document, given):
                raise Unreachable(bad)
            if not session.get(document["jwks_uri"], timeout=10).json()["keys"]:
                raise Unreachable("no key")
    except (requests.RequestException, ValueError, TypeError, KeyError, AttributeError, Unreachable) as fault:
        why = str(fault) if isinstance(fault, Unreachable) else type(fault).__name__
        advice = f"Проверьте MCU_SUPERSET_OIDC_ISSUER и MCU_SUPERSET_SIGN_IN_CA. Причина: {why}"
        return False, f"Вход в Superset: служба {given.issuer} не отвечает как нужно, никто не может войти", advice
    return True, f"Вход в Superset: служба {given.issuer} отвечает", ""


if __name__ == "__main__":
    sys.exit(main())
