"""No request that a browser can send to any address causes a server error."""

import json

import pytest

from tests.installation import Installation
from tests.thoroughness import IS_THOROUGH

COUNT = 20_000 if IS_THOROUGH else 204
"""On each database, in a normal run, three requests to each address."""
PROGRAM = """
import json, logging
from tests.roleplay_site.odd_requests import failures
logging.disable()
print(json.dumps(failures({count}, {seed})))
"""


@pytest.mark.computes
def test_no_odd_request_ends_in_an_error_of_the_server(racing_site: Installation) -> None:
    seed = 321 if "DATABASE_URL" in racing_site.settings else 73  # other requests on each database
    assert json.loads(racing_site.evaluate(PROGRAM.format(count=COUNT, seed=seed))) == []
