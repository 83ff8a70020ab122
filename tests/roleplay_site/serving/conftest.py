"""The site as served by the Procfile, with limits that a test can reach."""

from collections.abc import Iterator

import pytest

from benchmarks.chat.server import serve
from tests.installation import Installation

SECONDS = 1.5


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a site that accepts requests of a megabyte, which must arrive within SECONDS."""
    folder = tmp_path_factory.mktemp("served")
    limits = {"REQUEST_SECONDS": str(SECONDS), "REQUEST_MEGABYTES": "1"}
    site = Installation(folder / "var", limits)
    site.migrate()
    with serve(site.environment, folder / "server.log") as server:
        yield server.address
