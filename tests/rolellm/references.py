"""Reference data of RoleLLM: published samples, the public-domain play, and the numbers that they give."""

import json
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data" / "rolellm"
PLAY = Path(__file__).parents[2] / "rolellm" / "data" / "plays" / "coriolanus.txt"
PLAY_ROWS = DATA / "script_coriolanus.jsonl"


@cache
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "expected.json").read_text("utf-8"))
    return found


def read_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
