"""A model's chat template and sampling, read from its folder without transformers, which the site may lack."""

import json
from pathlib import Path
from typing import Any

from dialogue.backends.chat_template import ChatTemplate
from dialogue.backends.own_sampling import OwnSampling, accept

GENERATION = "generation_config.json"
_SAMPLING = {"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "repeat_penalty": "repetition_penalty"}
"""Our settings, and the keys of the file that hold them."""


def read_template(folder: Path) -> ChatTemplate | None:
    """Return the template of the model in ``folder``; None if there is none, or if it cannot be read."""
    try:
        settings: dict[str, Any] = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
        source = _source(folder, settings)
    except (OSError, ValueError):
        return None
    if not source:
        return None
    special = {name: text for name in settings if name.endswith("_token") and (text := _text(settings[name]))}
    bos, eos = special.pop("bos_token", ""), special.pop("eos_token", "")
    return ChatTemplate(source, bos, eos, tuple(special.items()))


def read_sampling(folder: Path) -> OwnSampling:
    """Return the sampling in the folder's ``generation_config.json``; none if there is no such file, or it cannot be read."""
    try:
        settings = json.loads((folder / GENERATION).read_text("utf-8"))
    except (OSError, ValueError):
        return OwnSampling()
    if not isinstance(settings, dict):
        return OwnSampling()
    found = {name: settings.get(key) for name, key in _SAMPLING.items()}
    if settings.get("do_sample") is False:  # transformers then ignores the file's temperature, top_p and top_k
        greedy = {"temperature": 0.0, "repeat_penalty": found["repeat_penalty"]}
        return accept(greedy, f"do_sample false in the model's {GENERATION}")
    return accept(found, f"the model's {GENERATION}")


def _source(folder: Path, settings: dict[str, Any]) -> str:
    file = folder / "chat_template.jinja"
    if file.is_file():
        return file.read_text("utf-8")
    named = settings.get("chat_template") or ""
    if isinstance(named, list):
        named = next((each["template"] for each in named if each["name"] == "default"), "")
    return str(named)


def _text(token: Any) -> str:
    """Return a token's text, which some files wrap in a table; empty for other settings, such as "add_bos_token"."""
    text = token.get("content") if isinstance(token, dict) else token
    return text if isinstance(text, str) else ""
