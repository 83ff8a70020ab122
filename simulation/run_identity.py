"""The identity of a run."""

import hashlib
import json
from typing import Any

from studies.language_models.descriptions import decisive


def identify(configuration: dict[str, Any]) -> str:
    """Return a hash of the parts of a run's configuration that affect its dialogues, without labels."""
    told = {key: decisive(value) for key, value in configuration.items()}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
