"""The site's settings for tests: the usual ones, in a temporary folder, independent of the developer's environment.

Each process of a parallel run reads them (tests/preloaded.py); otherwise pytest imports this module before all else.
"""

import os
import tempfile
from pathlib import Path

_SERVICES = ("DATABASE_URL", "CELERY_BROKER_URL", "CHANNEL_LAYER_URL")
for _name in (*_SERVICES, "MODELS_FILE", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "PORT"):
    os.environ.pop(_name, None)
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="roleplay-tests-")
# Most computations of tests are so small that a second thread only adds processor time, a tenth of all, or more if it spins.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
# A process that a test starts is the real thing, in the same temporary folder unless the test names another.
os.environ["DJANGO_SETTINGS_MODULE"] = "roleplay_site.settings"

from roleplay_site.settings import *  # noqa: E402, F403
from roleplay_site.settings import DATABASES, MIDDLEWARE, VAR_DIR  # noqa: E402

(Path(VAR_DIR) / "static").mkdir()
DATABASES["default"]["TEST"] = {"NAME": str(Path(VAR_DIR) / "test.sqlite3")}
# Logins and the pages after them otherwise take several statements each. Real servers are tested with stored sessions.
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]
# Live servers find static files without this middleware. It lists them for each new test client, which takes longer than most
# requests, and it is asynchronous, so that each request would pass through another thread. Real servers are tested with it.
MIDDLEWARE.remove("servestatic.middleware.ServeStaticMiddleware")
