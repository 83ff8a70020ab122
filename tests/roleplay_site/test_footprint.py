"""Memory of the idle site, which researchers run on the same machine as a model."""

import json
from urllib.request import urlopen

import psutil
import pytest

from tests.installation import Installation
from tests.services.binaries import free_port, wait_until

HEAVY = ["numpy", "torch", "transformers", "llama_cpp", "matplotlib", "scipy", "pandas", "networkx", "redis", "psycopg"]
LOADED = f"""
import json, sys
import roleplay_site
from django.urls import get_resolver
get_resolver().url_patterns
print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
"""


@pytest.mark.skipif(not psutil.LINUX, reason="RSS is measured as Linux counts it")
def test_the_web_process_at_rest_holds_less_than_150_mb(installation: Installation) -> None:
    installation.migrate()
    port = free_port()
    server = ["uvicorn", "roleplay_site.asgi:application", "--port", str(port), "--lifespan", "off"]
    with installation.run_anew(*server) as process:
        wait_until(lambda: _answers(f"http://127.0.0.1:{port}/login/"), what="the login page does not answer")
        assert psutil.Process(process.pid).memory_info().rss < 150_000_000


def test_the_site_loads_no_heavy_library(installation: Installation) -> None:
    assert json.loads(installation.evaluate(LOADED)) == []


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:  # nobody listens yet, or nobody answers in time
        return False
