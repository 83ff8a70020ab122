"""What the settings make of the environment: closed folders, and no insecure start."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installation import BASE_DIR, Installation


def start(installation: Installation, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process that only reads the settings."""
    return subprocess.run(
        [sys.executable, "-c", "import roleplay_site.settings"],
        cwd=BASE_DIR,
        env={**installation.environment, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


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
    assert "ImproperlyConfigured: SECRET_KEY is too short to be safe" in refused.stderr


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
    assert "ImproperlyConfigured" in start(installation, **environment).stderr


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_what_a_service_writes_is_for_its_user_alone(service: str) -> None:
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
    """Whether git passes the file over."""
    return subprocess.run(["git", "check-ignore", "--quiet", name], cwd=BASE_DIR).returncode == 0
