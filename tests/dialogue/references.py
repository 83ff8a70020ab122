"""Results of the official implementation, for comparison."""

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"


def read_reference(name: str) -> Any:
    """Return the content of ``tests/data/<name>.json``."""
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))
