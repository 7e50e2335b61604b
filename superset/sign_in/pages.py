"""The pages of the sign-in: where a person goes to be proved, and what is shown to who does not come in."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, current_app, g, redirect, render_template, request, session
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.views import AuthOAuthView
from flask_appbuilder.utils.base import get_safe_redirect
from flask_login import current_user, login_user, logout_user, user_logged_in

from deploy.access import ADMIN
from sign_in import provider
from sign_in.faults import NotIn, NotListed, NotProved, Unreachable
from sign_in.settings import SignIn

ADMIN_PAGE = "/admin-login/"
_WAY, _NEXT = "mcu_sign_in", "mcu_next"
"""In the session, which is stored on the server."""
_log = logging.getLogger("mcu.sign_in")


def install(app: Flask) -> None:
    """Add the pages; end sessions that began under another way of signing in."""
    pages = Blueprint("mcu_sign_in", __name__, template_folder="templates")
    given: SignIn = app.config["MCU_SIGN_IN"]

    @user_logged_in.connect_via(app)
    def note_the_way(*_: Any, **__: Any) -> None:
        session[_WAY] = given.way

    @app.before_request
    def end_sessions_of_another_way() -> None:
        if "_user_id" in session and session.get(_WAY, "local") != given.way:
            logout_user()

    if given.oidc:
        pages.add_url_rule(ADMIN_PAGE, view_func=_sign_in_admin, methods=["GET", "POST"])
    app.register_blueprint(pages)
    manager = app.appbuilder.sm
    manager.limiter.limit(manager.auth_rate_limit, methods=["POST"])(pages)
    app.register_error_handler(NotIn, _not_in)


class OidcView(AuthOAuthView):
    """Flask-AppBuilder's, but that its answers are Russian, the address to come back to is the configured one, a token
    is judged by `provider.py` and not kept, and signing out ends the provider's session too."""

    @expose("/login/")
    @expose("/login/<provider_name>")
    @no_cache
    def login(self, provider_name: str | None = None) -> Any:
        if g.user is not None and g.user.is_authenticated:
            return redirect(self._get_safe_next_url())
        wanted = request.args.get("next", "")
        if provider_name != provider.NAME:
            begin = f"/login/{provider.NAME}?{urlencode({'next': wanted})}"
            return render_template("mcu_sign_in.html", provider=begin, admin=ADMIN_PAGE)
        session[_NEXT] = wanted
        remote, given = self._remote()
        provider.document(remote, given, is_new=True)
        return remote.authorize_redirect(redirect_uri=current_app.config["MCU_PUBLIC_URL"] + provider.CALLBACK)

    @expose("/oauth-authorized/<provider_name>")
    @no_cache
    def oauth_authorized(self, provider_name: str) -> Any:
        if provider_name != provider.NAME:
            raise NotProved("another provider")
        remote, given = self._remote()
        claims = provider.proved(remote, given)
        names = {name: str(claims.get(claim) or "") for name, claim in _NAMES.items()}
        who = {"username": provider.login_of(claims, given.login), **names}
        user = self.appbuilder.sm.auth_user_oauth(who)
        login_user(user, remember=False)
        return redirect(get_safe_redirect(session.pop(_NEXT, "") or self.appbuilder.get_url_for_index))

    @expose("/logout/")
    def logout(self) -> Any:
        super().logout()
        remote, given = self._remote()
        return redirect(provider.sign_out_url(remote, given, current_app.config["MCU_PUBLIC_URL"] + "/login/"))

    def _remote(self) -> Any:
        return self.appbuilder.sm.oauth_remotes[provider.NAME], current_app.config["MCU_SIGN_IN"].oidc


_NAMES = {"first_name": "given_name", "last_name": "family_name"}


def _sign_in_admin() -> Any:
    """The administrator's way in when the provider has none: the only local password there is."""
    from superset import security_manager as sm

    if current_user.is_authenticated:
        return redirect("/")
    if request.method == "POST":
        user = sm.auth_user_db(ADMIN, request.form.get("password", ""))
        if user is not None:
            login_user(user, remember=False)
            return redirect("/")
    error = "Пароль не подошёл. После десяти ошибок подряд учётная запись закрывается на 15 минут."
    return render_template("mcu_admin_sign_in.html", login=ADMIN, error=error if request.method == "POST" else "")


def _not_in(fault: NotIn) -> tuple[str, int]:
    given: SignIn = current_app.config["MCU_SIGN_IN"]
    again = {"link": "/login/", "label": "Вернуться ко входу"}
    if isinstance(fault, NotListed):
        _log.warning("proved, but not in access.csv: %r", fault.login)
        text = f"Вас нет в списке доступа (учётная запись «{fault.login}»)."
        text += f" Чтобы получить доступ, обратитесь к {given.contact}."
        # else the provider would prove the same person again, unasked
        other = {"link": "/logout/", "label": "Выйти и войти другой записью"} if given.oidc else again
        return render_template("mcu_not_in.html", title="Нет доступа", text=text, **other), 403
    if isinstance(fault, Unreachable):
        _log.error("unreachable: %s", fault)
        what = "Служба входа" if given.oidc else "Каталог учётных записей"
        text = f"{what} не отвечает, поэтому войти сейчас нельзя. Повторите попытку через несколько минут."
        text += f" Если не поможет, обратитесь к {given.contact}."
        return render_template("mcu_not_in.html", title="Вход временно недоступен", text=text, **again), 503
    _log.warning("not proved: %s", fault)
    text = "Служба входа не подтвердила, кто вы. Начните вход заново."
    return render_template("mcu_not_in.html", title="Вход не выполнен", text=text, **again), 403
