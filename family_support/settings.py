"""Every setting, read from the environment and checked at start.

`.env.example` documents each variable. A missing one stops the start with its name.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")


def required(name: str) -> str:
    """The variable's value; a missing or empty one stops the start and is named."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"The environment variable {name} is not set: see .env.example for what it holds."
        )
    return value


# --- What kind of installation this is -------------------------------------------------------------------
SECRET_KEY = required("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
# Demo mode: synthetic people, one-click sign-in by role, loopback only.
DEMO_MODE = env.bool("DEMO_MODE", default=False)
ALLOWED_HOSTS: list[str] = ["localhost", "127.0.0.1"] if DEMO_MODE else env.list("ALLOWED_HOSTS", default=[])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "The environment variable ALLOWED_HOSTS is not set: see .env.example for what it holds."
    )
BASE_URL = required("BASE_URL").rstrip("/")
if DEMO_MODE and urlsplit(BASE_URL).hostname not in {"localhost", "127.0.0.1"}:
    raise ImproperlyConfigured(
        "DEMO_MODE signs anybody in with one click, so it serves localhost only: change BASE_URL."
    )
HTTPS = BASE_URL.startswith("https://")

# --- Applications, from the bottom of the house up -----------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.idp.oidc",
    "guardian",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_tables2",
    "django_htmx",
    "django_structlog",
    "csp",
    "family_support.base",
    "family_support.outbox",
    "family_support.audit",
    "family_support.ui",
    "family_support.directory",
    "family_support.workdays",
    "family_support.accounts",
    "family_support.access",
    "family_support.reference",
    "family_support.deadlines",
    "family_support.documents",
    "family_support.notifications",
    "family_support.operations",
    "family_support.agenda",
    "family_support.oversight",
    "cases",
    "assessments",
    "ipr",
    "interagency",
    "shelter",
    "mobile_groups",
    "staffing",
    "monitoring",
    "family_support.protection",
    "family_support.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "family_support.accounts.middleware.ActorMiddleware",
    "family_support.oversight.middleware.MissMiddleware",
    "family_support.ui.middleware.PageMiddleware",
    "family_support.accounts.middleware.SecondFactorMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
]

ROOT_URLCONF = "family_support.urls"
WSGI_APPLICATION = "family_support.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
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
                "family_support.ui.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "family_support.ui.templatetags.ui",
            ],
        },
    }
]

# --- PostgreSQL: the runtime role serves, the owner migrates (data.md 1) -----------------------------------
RUNTIME_ROLE = urlsplit(required("DATABASE_URL")).username or ""
AS_OWNER = env.bool("AS_OWNER", default=False)
DATABASES = {"default": env.db_url_config(required("DATABASE_OWNER_URL" if AS_OWNER else "DATABASE_URL"))}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    # Behind PgBouncer's transaction pooling no server-side cursor outlives its transaction.
    "DISABLE_SERVER_SIDE_CURSORS": env.bool("CONN_POOLER", default=False),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Valkey: cache and broker, both disposable --------------------------------------------------------------
REDIS_URL = required("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 15 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Seconds after which a session ends whatever happens in it.
SESSION_ABSOLUTE_AGE = 10 * 60 * 60

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than the longest task (a country's quarter); redelivery after a killed worker is looked for every tick.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # Who sends does not wait for a broker that is away: the next minute's sweep does the work anyway.
    "max_retries": 0,
    # 0 goes first: a hundred files to be rendered must not keep the sweeps of deadlines and events waiting.
    "queue_order_strategy": "priority",
    "priority_steps": [0, 9],
}
CELERY_TASK_DEFAULT_PRIORITY = 0
CELERY_TIMEZONE = "UTC"
# Where sealed batches of the history are copied: a folder that only takes writes. Empty: nothing is exported.
AUDIT_EXPORT_DIR = env("AUDIT_EXPORT_DIR", default="")
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=60)
DAILY = 24 * 60 * 60
# What no worker took in its minute is dropped: the next message does the same work, and an outage leaves no heap.
STALE = {"expires": SWEEP_SECONDS}
CELERY_BEAT_SCHEDULE = {
    "sweep-deadlines": {"task": "deadlines.sweep", "schedule": SWEEP_SECONDS, "options": STALE},
    "recount-deadlines": {"task": "deadlines.recount", "schedule": SWEEP_SECONDS, "options": STALE},
    "deliver-events": {"task": "outbox.deliver", "schedule": SWEEP_SECONDS, "options": STALE},
    # Half a tick after the sweep: what falls due as the day begins is in the digest of that day.
    "gather-digests": {
        "task": "notifications.gather_digests",
        "schedule": SWEEP_SECONDS,
        "options": {"countdown": SWEEP_SECONDS / 2, "expires": SWEEP_SECONDS * 1.5},
    },
    "send-mail": {"task": "notifications.send_mail", "schedule": SWEEP_SECONDS, "options": STALE},
    "ask-for-documents-again": {"task": "documents.redispatch", "schedule": SWEEP_SECONDS, "options": STALE},
    "open-quarters": {"task": "monitoring.open_quarters", "schedule": 3600},
    "draw-roundups": {"task": "monitoring.draw_roundups", "schedule": 3600},
    "body-digests": {"task": "interagency.body_digests", "schedule": 3600},
    "look-at-the-watch": {"task": "operations.look", "schedule": SWEEP_SECONDS, "options": STALE},
    "watch-looking": {"task": "oversight.watch", "schedule": 600},
    "watch-history": {"task": "audit.watch", "schedule": 3600},
    "remind-alarms": {"task": "mobile_groups.remind_alarms", "schedule": SWEEP_SECONDS, "options": STALE},
    "remind-notices": {"task": "shelter.remind_notices", "schedule": SWEEP_SECONDS, "options": STALE},
    "expire-groups": {"task": "mobile_groups.expire_groups", "schedule": 3600},
    "expire-consents": {"task": "cases.expire_consents", "schedule": DAILY},
    "tidy-case-grants": {"task": "cases.tidy_grants", "schedule": DAILY},
    "tidy-task-grants": {"task": "interagency.tidy_grants", "schedule": DAILY},
    "propose-erasure": {"task": "protection.propose", "schedule": DAILY},
    "forget-intake-drafts": {"task": "cases.forget_drafts", "schedule": DAILY},
    "forget-events": {"task": "outbox.forget", "schedule": DAILY},
    "forget-tokens": {"task": "accounts.forget_tokens", "schedule": DAILY},
    "forget-sessions": {"task": "accounts.forget_sessions", "schedule": DAILY},
    "forget-old-keys": {"task": "base.forget_old_keys", "schedule": DAILY},
    "remove-orphan-files": {"task": "documents.remove_orphans", "schedule": DAILY},
}

# Beat that leaves a sign of life in the database and survives a clock that is set back.
CELERY_BEAT_SCHEDULER = "family_support.operations.scheduler.SigningScheduler"
# --- The watch: a process that needs neither Celery nor the broker notices when either falls silent -----------
WATCH_SECONDS = env.int("WATCH_SECONDS", default=10)
SILENT_SECONDS = env.int("SILENT_SECONDS", default=120)
# What the watch does itself while nobody else does, beside the sweep, the events and the mail.
STAND_IN_TASKS = ("mobile_groups.remind_alarms", "shelter.remind_notices")

# --- Accounts (allauth: e-mail sign-in, TOTP and WebAuthn, one lockout over both: ADR 5) --------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "family_support.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
# An unknown address gets the same page and no letter.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# One counter for wrong passwords and wrong codes: 5 a key in 5 minutes, 20 an address in a minute.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key", "reset_password": "5/m/ip,3/h/key"}
# How many proxies of ours stand before the web server: the limits count the client's address, not theirs.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
# Pages without an account: an address of many people (a mobile network, a school) has to fit, a flood must not.
PUBLIC_RATE_LIMITS = {
    "ask": env.str("LIMIT_ASK", default="10/10m/ip,300/10m/key"),
    "ask_file": env.str("LIMIT_ASK_FILE", default="10/10m/ip,200/10m/key"),
    # Calendars of phones ask by themselves, many of them from the addresses of one provider.
    "calendar_feed": env.str("LIMIT_CALENDAR_FEED", default="300/10m/ip"),
    "ask_status": env.str("LIMIT_ASK_STATUS", default="20/10m/ip,600/10m/key"),
}
# Pages of people who are signed in, by account: a desk's day fits, going through numbers one after another does not.
# The form of an intake looks for duplicates by itself, a few times an intake.
PAGE_RATE_LIMITS = {"search": "30/m/key,300/h/key", "duplicates": "40/m/key,400/h/key"}
MFA_ADAPTER = "family_support.accounts.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "family_support.accounts.forms.CodeForm",
    "reauthenticate": "family_support.accounts.forms.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Family Support"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO_MODE
# Sign-in by the state's OpenID Connect provider, beside the password (ADR 26); empty: there is none.
SOCIALACCOUNT_ADAPTER = "family_support.accounts.state_sign_in.StateAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # our view takes POST only, and needs no page in between
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
OIDC_ISSUER = env.str("OIDC_ISSUER", default="").rstrip("/")
if OIDC_ISSUER and not OIDC_ISSUER.startswith("https://"):
    raise ImproperlyConfigured("OIDC_ISSUER must begin with https://: what it says is believed unsigned.")
OIDC_CLIENT_ID = required("OIDC_CLIENT_ID") if OIDC_ISSUER else ""
OIDC_CLIENT_SECRET = required("OIDC_CLIENT_SECRET") if OIDC_ISSUER else ""
OIDC_NAME = env.str("OIDC_NAME", default="eGov")
OIDC_SCOPES = env.list("OIDC_SCOPES", default=["openid", "profile"])
OIDC_IIN_CLAIM = env.str("OIDC_IIN_CLAIM", default="iin")
# What of `acr` and `amr` says that the provider saw a second factor; nothing by default.
OIDC_MFA_ACR = env.list("OIDC_MFA_ACR", default=[])
OIDC_MFA_AMR = env.list("OIDC_MFA_AMR", default=[])
# Where the provider's page is, if not where its description is: the browser asks before it sends a form there.
OIDC_PAGE = env.str("OIDC_PAGE", default=OIDC_ISSUER)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"family_support.accounts.passwords.{name}"}
    for name in (
        "LengthValidator",
        "SimilarityValidator",
        "KnownValidator",
        "GuessableValidator",
    )
]
# A server with the range protocol of Pwned Passwords, `https://api.pwnedpasswords.com/range`; empty: not asked.
BREACHED_PASSWORDS_URL = env.str("BREACHED_PASSWORDS_URL", default="").rstrip("/")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
# Programs: allauth keeps their clients and the hashes of their tokens; none of its own addresses is exposed (ADR 13).
ACCESS_TOKEN_SECONDS = 10 * 60
API_RATE_LIMITS = {"token": "60/m/ip", "token_failed": "20/m/ip,5/5m/key", "call": "600/m/key"}
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
ANONYMOUS_USER_NAME = None

# --- Keys of the encrypted fields (data.md 8) ---------------------------------------------------------------
FIELD_KEYS = required("FIELD_KEYS")
BLIND_INDEX_KEY = required("BLIND_INDEX_KEY")
# The key before it, read by the command rotate_blind_index alone.
BLIND_INDEX_KEY_OLD = env("BLIND_INDEX_KEY_OLD", default="")

# --- Languages and time -------------------------------------------------------------------------------------
LANGUAGE_CODE = "ru"
LANGUAGES = [("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["family_support.ui.formats"]
USE_TZ = True
TIME_ZONE = "Asia/Almaty"
USE_THOUSAND_SEPARATOR = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# Gone with the browser's window: nothing tells later that somebody was here.
CSRF_COOKIE_AGE = None

# --- The API for programs: every view names its own parts; the schema is a file, not a page ------------------
SPECTACULAR_SETTINGS = {
    "TITLE": "Family Support Centers: API for programs",
    "DESCRIPTION": "Contact center 111 sends calls, state information systems send Digital Family Cards. Errors are "
    "`{code, detail, fields}` in Kazakh, Russian or English by Accept-Language and repeat no value.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": False,
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {},
}
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_AUTHENTICATION_CLASSES": ["family_support.accounts.api.callers.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["family_support.accounts.api.callers.InScope"],
}

# --- Files --------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Collected by one user, served by another; uploads stay private (below).
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR / "media"))
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# The whole of a form with its files, in bytes: more is not even read.
FORM_MAX_SIZE = 64 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "family_support.base.uploads.WholeFormLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# One attachment, in bytes.
ATTACHMENT_MAX_SIZE = 15 * 1024 * 1024
# All attachments of a case, and what a Center or an agency may add in a day, in bytes.
ATTACHMENTS_PER_CASE = 500 * 1024 * 1024
ATTACHMENTS_PER_DAY = 2 * 1024 * 1024 * 1024
# ClamAV's daemon, tcp://host:3310 or unix:///run/clamav/clamd.ctl: when set, what it does not call clean is refused.
CLAMAV_URL = env.str("CLAMAV_URL", default="")
if CLAMAV_URL and urlsplit(CLAMAV_URL).scheme not in {"tcp", "unix"}:
    raise ImproperlyConfigured("The environment variable CLAMAV_URL is tcp://host:port or unix:///path.")

# --- Mail ---------------------------------------------------------------------------------------------------
_mail = env.email_url("EMAIL_URL", default="consolemail://")
if _mail["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
    # The library drops the slash that makes the folder absolute.
    _mail["EMAIL_FILE_PATH"] = f"/{_mail['EMAIL_FILE_PATH'].lstrip('/')}"
vars().update(_mail)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="noreply@localhost")

# --- The browser's side of safety ---------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "family_support.ui.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
OIDC_ORIGIN = ["{0.scheme}://{0.netloc}".format(urlsplit(OIDC_PAGE))] if OIDC_ISSUER else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *OIDC_ORIGIN],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "ui/table.html"
# Plain http on loopback is what demo mode is; everywhere else these checks must pass.
SILENCED_SYSTEM_CHECKS = (
    ["security.W004", "security.W008", "security.W012", "security.W016"] if DEMO_MODE and not HTTPS else []
)

# --- Logs: events and ids, never people ---------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "family_support.base.logs.WithoutValues",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Request lines and their arguments are the proxy's business; an error report names the view, not the data.
    "filters": {
        "secret_addresses": {"()": "family_support.base.logs.SecretAddresses"},
        "named_failures": {"()": "family_support.base.logs.NamedFailures"},
    },
    "loggers": {
        # Without the handler that Django adds by itself: a failure's page, with all that was typed, by mail.
        "django": {"handlers": [], "level": LOG_LEVEL},
        "django.server": {"level": "ERROR"},
        "django.request": {"filters": ["secret_addresses"]},
        "celery.app.trace": {"filters": ["named_failures"]},
        "django_structlog": {"level": "WARNING"},
    },
}
