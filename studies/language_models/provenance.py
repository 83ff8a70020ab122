"""How a model's words arise: what a run stores beside the model's identity, so that readers can judge what may differ."""

import hashlib
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from dialogue.backends import registry
from dialogue.model_config import ModelSpec
from dialogue.prompts import NamedPrompts, digest


def describe_provenance(spec: ModelSpec, chosen: NamedPrompts) -> dict[str, Any]:
    """Return the label and reason of determinism, the batching, the libraries' versions on this machine, and the prompt set and
    chat template with hashes of their texts.

    Raises ModelMisconfigured if a package of the backend is missing.
    """
    made = registry.provenance(spec)
    return {
        "determinism": made.determinism,
        "reason": made.reason,
        "batching": made.batching,
        "libraries": {package: _version(package) for package in made.packages},
        "prompts": {"name": chosen.reference, "version": digest(chosen.prompts)},
        "template": _describe_template(spec),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _describe_template(spec: ModelSpec) -> dict[str, str]:
    """Return the template's source and hash. The hash is empty where the template is unknown, as at a provider."""
    template = registry.find_template(spec)
    digest = hashlib.sha256(template.source.encode()).hexdigest()[:12] if template else ""
    return {"source": _template_source(spec), "version": digest}


def _template_source(spec: ModelSpec) -> str:
    if spec.template != "own":
        return f"dialogue/data/templates/{spec.template}.jinja"
    return {"llama_cpp": "the model's file", "transformers": "the model's folder", "openai": "the provider"}.get(
        spec.backend, "none"
    )
