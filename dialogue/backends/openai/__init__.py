"""Models behind an OpenAI-compatible API: OpenAI, Azure, and servers such as vLLM, llama-server and Ollama."""

from dialogue.backends.openai.health import examine
from dialogue.backends.openai.model import OpenAIModel
from dialogue.backends.provenance import Provenance
from dialogue.model_config import ModelSpec

__all__ = ["OpenAIModel", "examine", "load", "provenance"]


def load(spec: ModelSpec) -> OpenAIModel:
    """Return the model at its provider. Raises ModelMisconfigured if the key or the address is missing."""
    return OpenAIModel(spec)


def provenance(spec: ModelSpec) -> Provenance:
    """Return what the outputs depend on."""
    return Provenance(
        "none",
        "The server's model and software may change, and few servers repeat an output for the same seed.",
        "decided by the server",
        ("openai",),
    )
