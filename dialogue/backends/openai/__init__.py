"""Models behind an OpenAI-compatible API: OpenAI, Azure, and servers such as vLLM, llama-server and Ollama."""

from dialogue.backends.openai.health import examine
from dialogue.backends.openai.model import OpenAIModel
from dialogue.model_config import ModelSpec

__all__ = ["OpenAIModel", "examine", "load"]


def load(spec: ModelSpec) -> OpenAIModel:
    """Return the model at its provider. Raises ModelMisconfigured if the key or the address is missing."""
    return OpenAIModel(spec)
