"""Whether two dialogues have the same chatbot."""

import json
from collections.abc import Mapping
from typing import Any

_DECISIVE = ("model", "fingerprint", "prompts", "sampling")


def identify_chatbot(described: Mapping[str, Any], character: str) -> str:
    """Return a text that is equal for chatbots with the same model, prompt set, sampling and character."""
    named = {name: described.get(name) for name in _DECISIVE} | {"character": character}
    return json.dumps(named, sort_keys=True)
