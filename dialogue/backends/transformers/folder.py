"""The chat template in a model's folder, read without transformers, which the site may lack although it describes the model."""

import json
from pathlib import Path
from typing import Any

from dialogue.backends.chat_template import ChatTemplate


def read_template(folder: Path) -> ChatTemplate | None:
    """Return the template of the model in ``folder``; None if there is none, or if it cannot be read."""
    try:
        settings: dict[str, Any] = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
        source = _source(folder, settings)
    except (OSError, ValueError):
        return None
    return ChatTemplate(source, _text(settings, "bos_token"), _text(settings, "eos_token")) if source else None


def _source(folder: Path, settings: dict[str, Any]) -> str:
    file = folder / "chat_template.jinja"
    if file.is_file():
        return file.read_text("utf-8")
    named = settings.get("chat_template") or ""
    if isinstance(named, list):
        named = next((each["template"] for each in named if each["name"] == "default"), "")
    return str(named)


def _text(settings: dict[str, Any], name: str) -> str:
    """Return a token's text, which some files wrap in a table."""
    token = settings.get(name) or ""
    return str(token.get("content", "") if isinstance(token, dict) else token)
