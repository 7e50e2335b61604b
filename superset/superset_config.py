"""Superset of a municipal control centre: in Russian, for a closed network. Nothing here depends on one installation.

Everything that differs between installations comes from the environment; README.md lists the variables.
Superset reads the upper-case names below (its own `config.py` documents each)."""

from __future__ import annotations

import hmac
import os
import re
import sys
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

from cachelib.file import FileSystemCache
from flask import Blueprint, Flask, Response, redirect, request, session
from flask_appbuilder.const import AUTH_DB, AUTH_LDAP, AUTH_OAUTH
from flask_appbuilder.exceptions import PasswordComplexityValidationError
from flask_login import current_user, user_logged_in
from redis import Redis

from deploy.files import theme
from deploy.people import SEES
from guard import events, first_password, journal, sessions
from guard.first_password import SHORTEST_PASSWORD
from guard.manager import Guard
from guard.person import as_person
from sign_in import pages, provider
from sign_in import settings as sign_in_settings

SECRET_KEY = os.environ["MCU_SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["MCU_SUPERSET_METADATA_URL"]
_PUBLIC_URL = os.environ.get("MCU_SUPERSET_URL", "http://127.0.0.1:8088")
_HOME = Path(os.environ["SUPERSET_HOME"])
_REDIS_URL = os.environ.get("MCU_SUPERSET_REDIS_URL")
_IS_HTTPS = _PUBLIC_URL.startswith("https://")

# --- Russian -----------------------------------------------------------------------------------
BABEL_DEFAULT_LOCALE = "ru"
LANGUAGES = {"ru": {"flag": "ru", "name": "Русский"}}
D3_FORMAT = {
    **{"decimal": ",", "thousands": "\u00a0", "grouping": [3], "currency": ["", "\u00a0₽"]},
    "percent": "\u00a0%",
}
D3_TIME_FORMAT = {
    "dateTime": "%d.%m.%Y %H:%M",
    "date": "%d.%m.%Y",
    "time": "%H:%M:%S",
    "periods": ["", ""],
    "days": ["воскресенье", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота"],
    "shortDays": ["вс", "пн", "вт", "ср", "чт", "пт", "сб"],
    "months": [
        *("январь", "февраль", "март", "апрель", "май", "июнь"),
        *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
    ],
    "shortMonths": ["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"],
}
CURRENCIES = ["RUB"]

# --- How it looks ------------------------------------------------------------------------------
_COLOURS = theme("colours.yml")
APP_NAME = "Обратная связь"
APP_ICON = "/mcu/logo.svg"
LOGO_TARGET_PATH = "/superset/dashboard/obstanovka/"
BLUEPRINTS = [Blueprint("mcu", "mcu", static_folder=Path(__file__).parent.resolve() / "static", static_url_path="/mcu")]
FAVICONS = [{"href": "/mcu/favicon.svg", "type": "image/svg+xml"}]
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "mcu",
        "label": "МЦУ",
        "description": "Различима при нарушениях цветового зрения",
        "isDefault": True,
        "colors": _COLOURS["palette"],
    }
]
THEME_DEFAULT = {
    "algorithm": "default",
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": APP_NAME,
        "brandLogoUrl": APP_ICON,
        "brandLogoHref": LOGO_TARGET_PATH,
        "brandLogoHeight": "26px",
        "brandLogoMargin": "14px 0",
        "brandIconMaxWidth": 160,
        "colorPrimary": _COLOURS["meaning"]["link"],
        "colorLink": _COLOURS["meaning"]["link"],
        "colorError": _COLOURS["meaning"]["bad"],
        "colorWarning": "#E69F00",
        "colorSuccess": "#009E73",
        "colorInfo": "#56B4E9",
        "fontUrls": [],
        "fontFamily": "Inter, 'Segoe UI', Roboto, 'Noto Sans', 'PT Sans', Arial, sans-serif",
    },
}
THEME_DARK = None

# --- Closed network ----------------------------------------------------------------------------
# Superset's own policy allows maps, fonts and a telemetry pixel of outside hosts; ours allows no outside host.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": _IS_HTTPS,
}
THEME_FONT_URL_ALLOWED_DOMAINS: list[str] = []
MAPBOX_API_KEY = ""
DOCUMENTATION_URL = None
BUG_REPORT_URL = None
DATASET_IMPORT_ALLOWED_DATA_URLS: list[str] = []
FAB_API_SWAGGER_UI = False


def long_enough(password: str) -> None:
    """Refuse a password that can be guessed."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordComplexityValidationError(f"Пароль должен быть не короче {SHORTEST_PASSWORD} знаков.")


# --- Sign-in -----------------------------------------------------------------------------------
try:
    MCU_SIGN_IN = sign_in_settings.read(os.environ)
except sign_in_settings.SignInRefused as refused:
    print(f"ОШИБКА: {refused}", file=sys.stderr)
    raise SystemExit(3) from None  # what gunicorn takes for «do not try again»
AUTH_TYPE = {"local": AUTH_DB, "ldap": AUTH_LDAP, "oidc": AUTH_OAUTH}[MCU_SIGN_IN.way]
AUTH_LDAP_SERVER = MCU_SIGN_IN.ldap.url if MCU_SIGN_IN.ldap else ""
OAUTH_PROVIDERS = provider.as_fab_takes_it(MCU_SIGN_IN.oidc) if MCU_SIGN_IN.oidc else []
# Who may come in says access.csv: nobody becomes an account, or gets a role, by signing in.
AUTH_USER_REGISTRATION = False
AUTH_ROLES_SYNC_AT_LOGIN = False
if not MCU_SIGN_IN.is_local:  # tokens that the API gave for a local password are none of a directory
    JWT_SECRET_KEY = hmac.new(SECRET_KEY.encode(), f"mcu:tokens:{MCU_SIGN_IN.way}".encode(), sha256).hexdigest()
MCU_PUBLIC_URL = _PUBLIC_URL.rstrip("/")
SESSION_COOKIE_SECURE = _IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
PERMANENT_SESSION_LIFETIME = JWT_REFRESH_TOKEN_EXPIRES = timedelta(hours=12)
# Sessions are stored here, not in the cookie: a cookie copied before signing out is worth nothing afterwards.
SESSION_SERVER_SIDE = True
SESSION_TYPE = "redis" if _REDIS_URL else "cachelib"
SESSION_REDIS = Redis.from_url(_REDIS_URL) if _REDIS_URL else None
SESSION_CACHELIB = None if _REDIS_URL else FileSystemCache(str(_HOME / "sessions"), threshold=10_000, mode=0o600)
SESSION_KEY_PREFIX = "mcu_session:"
# The sign-in page's late answers carry the session from before: they must not replace the cookie of the new one.
SESSION_REFRESH_EACH_REQUEST = False
CUSTOM_SECURITY_MANAGER = Guard
FAB_PASSWORD_COMPLEXITY_ENABLED = True
FAB_PASSWORD_COMPLEXITY_VALIDATOR = long_enough
ENABLE_PROXY_FIX = _IS_HTTPS
RATELIMIT_ENABLED = True
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "5 per second"
RATELIMIT_STORAGE_URI = _REDIS_URL or "memory://"
RATELIMIT_APPLICATION = "500 per second"  # an administration may sit behind one address
AUTH_ROLE_PUBLIC = "Public"
WTF_CSRF_TIME_LIMIT = int(PERMANENT_SESSION_LIFETIME.total_seconds())

# --- Who sees what -----------------------------------------------------------------------------
DB_CONNECTION_MUTATOR = as_person

# --- Limits and caches -------------------------------------------------------------------------
ROW_LIMIT = 10_000
SQL_MAX_ROW = 100_000
FILTER_SELECT_ROW_LIMIT = 5_000
SUPERSET_WEBSERVER_TIMEOUT = 60


def _cache(name: str, seconds: int) -> dict[str, Any]:
    where = (
        {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": _REDIS_URL, "CACHE_KEY_PREFIX": f"mcu_{name}_"}
        if _REDIS_URL
        else {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": str(_HOME / "cache" / name), "CACHE_THRESHOLD": 5_000}
    )
    return {**where, "CACHE_DEFAULT_TIMEOUT": seconds}


class CeleryConfig:
    """Workers of a server installation. An installation on one machine has none."""

    broker_url = result_backend = _REDIS_URL
    imports = ("superset.sql_lab", "superset.tasks.cache", "superset.tasks.scheduler")
    beat_schedule: dict[str, Any] = {}  # noqa: RUF012  (Celery's way)


CELERY_CONFIG = CeleryConfig if _REDIS_URL else None
CACHE_CONFIG = _cache("objects", 300)
# The key changes with the marts (`guard/published.py`); a dataset that reads more than them says when it is old.
DATA_CACHE_CONFIG = _cache("data", 7_200)
EVENT_LOGGER = events.EventsOfRequest()
FEATURE_FLAGS = {
    "ALERT_REPORTS": False,
    "DASHBOARD_RBAC": False,
    "DRILL_BY": True,
    "EMBEDDED_SUPERSET": False,
    "ENABLE_TEMPLATE_PROCESSING": False,
    "TAGGING_SYSTEM": False,
}


PHONE_PAGE = "/superset/dashboard/telefon/"
PART_PAGE = "/superset/dashboard/sroki/"
"""For who sees a block or a recipient: the figures of «Обстановка» are of a whole municipality."""


def _sees_a_part() -> bool:
    seen = {SEES[role.name] for role in getattr(current_user, "roles", []) if role.name in SEES}
    return bool(seen) and "municipality" not in seen


_NAMES = re.compile(r"/api/v1/dataset/\d+/drill_info/|/superset/language_pack/ru/")
_NAMES_KEPT = timedelta(minutes=5)
_PIXEL = b"https://apachesuperset.gateway.scarf.sh/pixel/"


def FLASK_APP_MUTATOR(app: Flask) -> None:
    """Ask for an own password first, open the dashboard instead of Superset's welcome page (on a phone its own one, the
    deadlines for who sees a part of a municipality); write down who looked at what; store no colours; remove the
    telemetry pixel from the scripts."""

    @app.before_request
    def land_on_dashboard() -> Any:
        if request.path not in ("/", "/superset/welcome/"):
            return None
        is_phone = "Mobi" in request.headers.get("User-Agent", "")
        own = PART_PAGE if _sees_a_part() else LOGO_TARGET_PATH
        return redirect(PHONE_PAGE if is_phone else own)

    @app.before_request
    def colours_come_from_the_theme() -> Any:
        # A page stores the colours that its series happened to get, in a viewer's name too, who may not write.
        is_colours = request.path.startswith("/api/v1/dashboard/") and request.path.endswith("/colors")
        return {"message": "OK"} if is_colours and request.method == "PUT" else None

    @user_logged_in.connect_via(app)
    def new_session(*_: Any, **__: Any) -> None:
        # An identifier that somebody knew before the sign-in must not become a signed-in one.
        app.session_interface.regenerate(session)

    sessions.install(app)  # these too write into the new one
    pages.install(app)
    if MCU_SIGN_IN.is_local:
        first_password.install(app)
    journal.install(app)
    events.install(app)

    @app.after_request
    def names_are_kept(response: Response) -> Response:
        # Names, types and formats of columns: each page asks for them again, and nothing of anybody's rows is in them.
        if _NAMES.fullmatch(request.path) and response.status_code == HTTPStatus.OK:
            response.headers["Cache-Control"] = f"private, max-age={int(_NAMES_KEPT.total_seconds())}"
        return response

    @app.after_request
    def without_telemetry(response: Response) -> Response:
        # The pixel's address is compiled into the script: no setting of a running Superset turns it off.
        if request.path.endswith(".entry.js") and response.status_code == HTTPStatus.OK:
            response.direct_passthrough = False
            response.set_data(response.get_data().replace(_PIXEL, b"/mcu/favicon.svg?"))
        return response
