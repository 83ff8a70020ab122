"""All settings, read from the environment, with defaults that work on one machine without any service."""

import sys
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env
from marshmallow.validate import Range

from roleplay_site.secret_key import read_or_create
from roleplay_site.service_addresses import SQLITE, check_broker, check_channel_layer, check_database
from roleplay_site.var_folder import make_data_folder

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
make_data_folder(VAR_DIR, beside=BASE_DIR)
MODELS_FILE = env.path("MODELS_FILE", BASE_DIR / "models.toml")

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or read_or_create(VAR_DIR / "secret_key")
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", LOOPBACK)
IS_PUBLIC = not set(ALLOWED_HOSTS) <= set(LOOPBACK)
if IS_PUBLIC and DEBUG:
    raise ImproperlyConfigured(
        "DEBUG shows code and data to visitors. Unset it, or allow only localhost in ALLOWED_HOSTS."
    )
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the site's own host names, not '*'.")
if IS_PUBLIC and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "SECRET_KEY is too short. Set it to at least 50 random characters, or unset it to have one generated."
    )

INSTALLED_APPS = [
    "roleplay_site",
    "analysis",
    "evaluation",
    "simulation",
    "characters",
    "collection",
    "enrolment",
    "studies",
    "jobs",
    "channels",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "axes",
]
MIDDLEWARE = [
    "roleplay_site.referrers.no_referrer_below_personal_links",
    "roleplay_site.readable_forms.readable_forms_only",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "roleplay_site.urls"
ASGI_APPLICATION = "roleplay_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "studies"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Ten failed logins lock an account for the address they came from, so that no one can lock others out.
# Failures are counted in the database; successful logins and their addresses are not stored.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "enrolment.rate_limits.client_network"  # an IPv6 /64 counts as one address
AXES_LOCKOUT_TEMPLATE = "locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
check_database(DATABASES["default"])
if DATABASES["default"]["ENGINE"] == SQLITE:
    # Site and worker write at the same time: readers never wait (WAL), and a writer locks at the start of its transaction
    # (IMMEDIATE) and waits for the other's lock (timeout, in seconds). Deleted text is overwritten (secure_delete).
    # A thread keeps its connection, because opening one takes as long as ten queries.
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
    }
else:
    # Threads share these connections and wait for a free one; one that the server has closed is replaced.
    DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
    # A process that is stopped in the middle of a transaction must not hold its rows: the server ends the transaction.
    # Compiling a query (jit) takes longer than any query of a page, and how often it is tried depends on guesses of costs.
    server = "-c idle_in_transaction_session_timeout=60s -c jit=off"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", server)
    # Of jobs.prepared: the server plans a statement only until it has been repeated so often.
    DATABASES["default"]["OPTIONS"].setdefault("prepare_threshold", 5)
    pool = {
        "min_size": 0,
        "max_size": env.int("DATABASE_POOL_SIZE", 20, validate=Range(min=1)),
        "timeout": 15,
        "max_idle": 60,
    }
    # Commands except the worker have few threads. Without a pool they report immediately why the server is unavailable.
    if Path(sys.argv[0]).name != "manage.py" or sys.argv[1:2] == ["worker"]:
        DATABASES["default"]["OPTIONS"]["pool"] = pool
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The number of requests that a web process works on at once, and that may wait; see roleplay_site/serving.
REQUESTS_AT_ONCE = env.int("REQUESTS_AT_ONCE", 4, validate=Range(min=1))
REQUESTS_WAITING = env.int("REQUESTS_WAITING", 1000, validate=Range(min=0))
# A request must arrive within this time and must not be larger than this.
REQUEST_SECONDS = env.float("REQUEST_SECONDS", 30, validate=Range(min=0, min_inclusive=False))
REQUEST_MEGABYTES = env.int("REQUEST_MEGABYTES", 10, validate=Range(min=1))

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "filesystem://localhost")
check_broker(CELERY_BROKER_URL)
BROKER_DIR = VAR_DIR / "broker"
BROKER_FOLDERS = {name: BROKER_DIR / name for name in ("messages", "processed", "control")}
if CELERY_BROKER_URL.startswith("filesystem:"):
    for folder in BROKER_FOLDERS.values():
        make_data_folder(folder, beside=BASE_DIR)

# Pages with the same chat send each other news through this: within one process by default, across several through Redis.
# The other Redis layer keeps one list for all sockets of a process, and drops what comes while it holds a hundred messages.
CHANNEL_LAYER_URL = env.str("CHANNEL_LAYER_URL", "")
check_channel_layer(CHANNEL_LAYER_URL)
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [CHANNEL_LAYER_URL]}}
    if CHANNEL_LAYER_URL
    else {"BACKEND": "collection.chat.delivery.MemoryLayer", "CONFIG": {"capacity": 1000}}
}

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_ALLOW_ALL_ORIGINS = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PUBLIC
CSRF_TRUSTED_ORIGINS = [f"https://{host.removeprefix('.')}" for host in ALLOWED_HOSTS if host not in LOOPBACK]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PUBLIC else None
SECURE_SSL_REDIRECT = IS_PUBLIC
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 3600 * 24 * 30, validate=Range(min=0)) if IS_PUBLIC else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
SECURE_REFERRER_POLICY = "same-origin"  # without a referrer, browsers send no origin with forms
CSRF_FAILURE_VIEW = "enrolment.views.form_refused"
X_FRAME_OPTIONS = "DENY"

# Researchers' pages are in English; the pages of a study's people are in the study's language (enrolment/access.py).
LANGUAGE_CODE = "en-gb"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "roleplay_site.formats"
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "roleplay_site.log_lines.DiscreetFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"axes": {"level": "WARNING"}, "httpx2": {"level": "WARNING"}},
}
