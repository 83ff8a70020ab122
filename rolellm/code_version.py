"""The version of RoleLLM's code, which dialogues with characters also depend on."""

from pathlib import Path

from dialogue.code_version import digest_of


def rolellm_version() -> str:
    """Return a hash of the code and the prompts that make a model play a character."""
    return f"rolellm {digest_of(Path(__file__).parent)}"
