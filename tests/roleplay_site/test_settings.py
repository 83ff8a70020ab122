"""Settings from the environment: private folders, and no insecure start."""

import stat
import subprocess
from pathlib import Path

import pytest

from tests.forks import run
from tests.installation import BASE_DIR, Installation


def start(installation: Installation, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a process that only reads the settings."""
    return run("-c", "import roleplay_site.settings", environment=installation.environment | environment)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_for_data_is_made_for_its_owner_alone(installation: Installation) -> None:
    assert start(installation).returncode == 0
    assert mode(installation.var_dir) == 0o700


def test_a_folder_that_others_could_read_is_closed(installation: Installation) -> None:
    installation.var_dir.mkdir(mode=0o755)
    start(installation)
    assert mode(installation.var_dir) == 0o700


def test_a_public_site_refuses_a_short_key_in_one_sentence(installation: Installation) -> None:
    refused = start(installation, ALLOWED_HOSTS="study.example.org", SECRET_KEY="changeme")
    assert refused.returncode == 1
    assert refused.stderr.startswith("The site cannot start. SECRET_KEY is too short.")


@pytest.mark.parametrize(
    "environment",
    [
        {"ALLOWED_HOSTS": "study.example.org", "SECRET_KEY": "k3" * 25},
        {"ALLOWED_HOSTS": "study.example.org"},
        {"SECRET_KEY": "changeme"},
    ],
)
def test_a_long_key_a_generated_one_and_any_key_on_this_machine_alone_will_do(
    installation: Installation, environment: dict[str, str]
) -> None:
    assert start(installation, **environment).returncode == 0


@pytest.mark.parametrize(
    "environment", [{"DEBUG": "yes", "ALLOWED_HOSTS": "study.example.org"}, {"ALLOWED_HOSTS": "*"}]
)
def test_a_public_site_refuses_debug_and_any_host(installation: Installation, environment: dict[str, str]) -> None:
    refused = start(installation, **environment)
    assert refused.returncode == 1
    assert refused.stderr.startswith("The site cannot start. ")


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DATABASE_URL": "postgress://me:secret@host/db"}, '"DATABASE_URL" invalid: Not a valid database URL.'),
        ({"DATABASE_URL": "postgres://me:secret@host:x/db"}, '"DATABASE_URL" invalid: Not a valid database URL.'),
        ({"DATABASE_URL": "mysql://me:secret@host/db"}, "DATABASE_URL must begin with postgres:// or sqlite:///"),
        ({"DATABASE_URL": "postgres://me:secret@host/"}, "DATABASE_URL must name a database"),
        ({"DATABASE_URL": "postgres://me:secret@host/" + "a" * 64}, "DATABASE_URL must name a database"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL names no file"),
        ({"DATABASE_POOL_SIZE": "many", "DATABASE_URL": "postgres://host/db"}, '"DATABASE_POOL_SIZE" invalid'),
        ({"VAR_DIR": "/dev/null/var"}, "The folder /dev/null/var for the site's data cannot be used (Not a directory)"),
        (
            {"VAR_DIR": "/proc/var"},
            "The folder /proc/var for the site's data cannot be used (No such file or directory)",
        ),
        ({"VAR_DIR": ""}, "VAR_DIR must name a separate folder"),
        ({"VAR_DIR": str(BASE_DIR.parent)}, "VAR_DIR must name a separate folder"),
        ({"CELERY_BROKER_URL": ""}, "CELERY_BROKER_URL is not the address of a Redis server"),
        ({"CELERY_BROKER_URL": "redis://me:secret@host:99999/0"}, "CELERY_BROKER_URL is not the address"),
        ({"CELERY_BROKER_URL": "redis://me:secret@host:x/0"}, "CELERY_BROKER_URL is not the address"),
        ({"CELERY_BROKER_URL": "redis://me:secret@[::1"}, "CELERY_BROKER_URL is not the address"),
        ({"CELERY_BROKER_URL": "redis://me:secret@host:6379/jobs"}, "CELERY_BROKER_URL is not the address"),
        ({"CELERY_BROKER_URL": "'redis://me:secret@host:6379/0'"}, "CELERY_BROKER_URL is not the address"),
        ({"CHANNEL_LAYER_URL": "http://me:secret@host"}, "CHANNEL_LAYER_URL is not the address of a Redis server"),
        ({"CHANNEL_LAYER_URL": "redis://me:secret@host:99999"}, "CHANNEL_LAYER_URL is not the address"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_in_a_sentence(
    installation: Installation, environment: dict[str, str], sentence: str
) -> None:
    refused = start(installation, **environment)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "secret" not in refused.stderr


@pytest.mark.parametrize("url", ["redis://host", "rediss://:key@[::1]:6380/3", "redis://host:6379/"])
def test_usual_addresses_of_redis_will_do(installation: Installation, url: str) -> None:
    assert start(installation, CELERY_BROKER_URL=url, CHANNEL_LAYER_URL=url).returncode == 0


def test_an_unusable_broker_folder_stops_the_start(installation: Installation) -> None:
    installation.var_dir.mkdir()
    (installation.var_dir / "broker").touch()
    refused = start(installation)
    assert refused.returncode == 1
    assert f"The folder {installation.var_dir}/broker/messages for the site's data cannot be used" in refused.stderr


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://me:secret@127.0.0.1:1/db", "Connection refused"),
        ("postgres://me:secret@127.0.0.1:1/db?speed=9", 'invalid connection option "speed"'),
        ("postgres://me:secret@127.0.0.1:1/db?connect_timeout=x", "bad value for connect_timeout"),
        ("sqlite:////proc/x.sqlite3", "unable to open database file"),
        (f"sqlite:///{__file__}", "file is not a database"),
    ],
)
def test_a_command_without_its_database_ends_with_a_sentence(installation: Installation, url: str, words: str) -> None:
    refused = run("-m", "manage", "load_demo", environment=installation.environment | {"DATABASE_URL": url})
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Check that it is running" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "secret" not in refused.stderr


@pytest.mark.parametrize(
    ("command", "has_pool"),
    [(["manage.py", "worker", "--computing"], True), (["manage.py", "migrate"], False), (["uvicorn"], True)],
)
def test_threads_of_sites_and_workers_share_connections(
    installation: Installation, command: list[str], has_pool: bool
) -> None:
    options = "import roleplay_site.settings as site; print('pool' in site.DATABASES['default']['OPTIONS'])"
    environment = installation.environment | {"DATABASE_URL": "postgres://host/db"}
    found = run("-c", f"import sys; sys.argv = {command}; {options}", environment=environment)
    assert found.stdout == f"{has_pool}\n"


@pytest.mark.parametrize(
    ("environment", "header"),
    [
        ({}, "max-age=2592000"),
        (
            {"HSTS_SECONDS": "9", "HSTS_SUBDOMAINS": "yes", "HSTS_PRELOAD": "yes"},
            "max-age=9; includeSubDomains; preload",
        ),
    ],
)
def test_a_public_site_says_how_long_browsers_insist_on_https(
    installation: Installation, environment: dict[str, str], header: str
) -> None:
    installation.settings.update({"ALLOWED_HOSTS": "study.example.org", **environment})
    asked = 'from django.test import Client; print(Client(HTTP_HOST="study.example.org").get("/login/", secure=True)'
    assert installation.evaluate(f'{asked}.headers["Strict-Transport-Security"])') == header


@pytest.mark.parametrize("service", ["web", "worker"])
def test_files_of_a_service_are_readable_only_by_its_user(service: str) -> None:
    assert "\nUMask=0077\n" in (BASE_DIR / "deploy" / f"roleplay-{service}.service").read_text("utf-8")


in_a_checkout = pytest.mark.skipif(not (BASE_DIR / ".git").exists(), reason="this is no git checkout")


@in_a_checkout
@pytest.mark.parametrize("name", ["backup.sqlite3", "demo.jsonl", "demo.jsonl.part", "var/db.sqlite3"])
def test_what_people_wrote_is_not_committed_by_mistake(name: str) -> None:
    assert is_ignored(name)


@in_a_checkout
def test_the_data_of_tests_can_be_committed() -> None:
    assert not is_ignored("tests/data/official.jsonl")


def is_ignored(name: str) -> bool:
    """Return whether git ignores the file."""
    return subprocess.run(["git", "check-ignore", "--quiet", name], cwd=BASE_DIR).returncode == 0
