"""Memory of the idle site, which researchers run on the same machine as a model."""

from urllib.request import urlopen

import psutil
import pytest

from tests.installation import Installation
from tests.services.binaries import free_port, wait_until


@pytest.mark.skipif(not psutil.LINUX, reason="RSS is measured as Linux counts it")
def test_the_web_process_at_rest_holds_less_than_150_mb_and_no_heavy_library(installation: Installation) -> None:
    installation.migrate()
    port = free_port()
    server = ["uvicorn", "tests.roleplay_site.weighed_site:application", "--port", str(port), "--lifespan", "off"]
    with installation.run_anew(*server) as process:
        wait_until(lambda: _answers(f"http://127.0.0.1:{port}/login/"), what="the login page does not answer")
        assert psutil.Process(process.pid).memory_info().rss < 150_000_000
    assert "Heavy libraries: []" in installation.log


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:  # nobody listens yet, or nobody answers in time
        return False
