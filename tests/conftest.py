"""Fixtures for all tests: settings in a temporary folder, separate installations, and services if they are installed."""

import gc
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase, client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from pytest_django import Settings

from dialogue.backends import registry
from tests import forks
from tests.flushing import empty_tables
from tests.installation import MIGRATE, MODELS_FILE, Installation, made_file, serve_postgresql, share_measurements
from tests.long_tests import long_first
from tests.page_contexts import keep_context
from tests.services import postgresql, redis

# The same examples in every run, however slow the machine: what fails has been broken. New ones where time is taken for them.
hypothesis_settings.register_profile(
    "steady", derandomize="THOROUGH" not in os.environ, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")
TransactionTestCase._fixture_teardown = empty_tables  # type: ignore[attr-defined]
client.store_rendered_templates = keep_context  # type: ignore[attr-defined]
# Constants of all modules that earlier tests have happened to import would be drawn too, and reading them takes seconds.
providers._get_local_constants = Constants


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return two workers per core, because one is usually waiting for leases, servers or pages."""
    return len(os.sched_getaffinity(0)) * 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list[Any]) -> None:
    """Fork the workers from one process that has imported all tests, which takes six seconds of processor time."""
    for spec in specs:
        spec.python = shlex.join([sys.executable, "-m", "tests.forks", "tests"])


def pytest_configure(config: pytest.Config) -> None:
    """Create what the processes of a parallel run share: forks, and a folder for databases to copy and measurements.

    Nothing that is collected becomes garbage, so looking for it would only cost time.
    """
    gc.disable()
    if forks.OFFERED not in os.environ:
        forks.offer()
        shared = os.environ["MADE_DATABASES"] = tempfile.mkdtemp(prefix="roleplay-databases-")
        config.add_cleanup(partial(shutil.rmtree, shared, ignore_errors=True))
    # pytest-django has set this to the tests' settings; programs that tests start need the site's.
    os.environ["DJANGO_SETTINGS_MODULE"] = "roleplay_site.settings"
    share_measurements(Path(site_settings.VAR_DIR))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start long tests first."""
    items[:] = long_first(items, getattr(config, "workerinput", {"workercount": 1})["workercount"])


def pytest_collection_finish() -> None:
    """Exempt all tests and the libraries from garbage collection, which would look at them again and again, and let it look at
    the rest a tenth as often: a database's fixtures make much that is short-lived."""
    gc.freeze()
    gc.set_threshold(7_000, 10, 10)
    gc.enable()


def pytest_unconfigure() -> None:
    """Remove this process's data folder."""
    shutil.rmtree(site_settings.VAR_DIR, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print prominently what was missing, because a skipped test proves nothing."""
    reasons = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []) if report.longrepr}
    for reason in sorted(reason for reason in reasons if "is not installed" in reason):
        terminalreporter.write_line(f"NOT TESTED: {reason.removeprefix('Skipped: ')}", yellow=True, bold=True)


@pytest.fixture
def measured_chatbot() -> None:
    """Measure the default chatbot's speed, as a page that opens a study would do in the background."""
    from studies.language_models.identities import find_spec

    registry.measure(find_spec(site_settings.MODELS_FILE, "tiny", "responder")[0])


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Copy the tables that one process has created, which takes two seconds of processor time, and keep them."""
    shutil.copyfile(made_file("", MIGRATE), connection.settings_dict["TEST"]["NAME"])
    return True


@pytest.fixture(autouse=True)
def nobody_has_knocked() -> None:
    """Reset the limit on consents from one address, because all tests of a process share one."""
    cache.clear()


@pytest.fixture
def scripted_models(settings: Settings) -> None:
    """Use scripted models, also in place of the embedded one, whose engine takes a second of processor time to start."""
    settings.MODELS_FILE = MODELS_FILE


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return a site with a separate, empty data folder, for use from other processes."""
    return Installation(tmp_path / "var")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """Run a PostgreSQL server for this test process only."""
    with serve_postgresql() as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def racing_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return a site with empty tables on either database, shared by a module's races, each of which creates a separate
    study."""
    database = {}
    if request.param == "postgresql":
        database["DATABASE_URL"] = request.getfixturevalue("postgresql_server").create_database()
    site = Installation(tmp_path_factory.mktemp("races") / "var", database)
    site.migrate()
    return site


@pytest.fixture
def postgresql_url(postgresql_server: postgresql.Server) -> str:
    """Return the address of a new, empty PostgreSQL database."""
    return postgresql_server.create_database()


@pytest.fixture
def postgresql_tables_url(postgresql_url: str, tmp_path: Path) -> str:
    """Return the address of a new PostgreSQL database with empty tables."""
    Installation(tmp_path / "tables", {"DATABASE_URL": postgresql_url}).migrate()
    return postgresql_url


@pytest.fixture
def redis_url() -> Iterator[str]:
    """Return the address of an empty Redis server for this test only."""
    with redis.serve() as url:
        yield url
