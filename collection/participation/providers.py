"""Who else reads what participants write: the provider of a chatbot that is reached through an API."""

from urllib.parse import urlsplit

from dialogue.model_config import ModelSpec
from studies.language_models.catalogue import read_catalogue


def provider_of(chatbot: str) -> str:
    """The name of the provider that the chatbot's messages go to; empty for a model that runs here, or that is unknown."""
    spec = read_catalogue().in_force.all.get(chatbot)
    return _name(spec) if spec is not None and spec.is_remote else ""


def _name(spec: ModelSpec) -> str:
    server = urlsplit(spec.base_url).hostname if spec.base_url else None
    if spec.api == "azure":
        return f"Microsoft Azure ({server})" if server else "Microsoft Azure"
    return server or "OpenAI"
