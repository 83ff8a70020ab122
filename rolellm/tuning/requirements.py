"""What a tuning needs before torch can be imported."""

from importlib.util import find_spec

from dialogue.backends.base import ModelMisconfigured
from dialogue.model_config import ModelSpec


def check_backend(spec: ModelSpec) -> None:
    """Raise ModelMisconfigured unless transformers runs the model, without another adapter."""
    if spec.backend != "transformers":
        raise ModelMisconfigured(
            f"Model {spec.name!r} cannot be tuned, because the backend {spec.backend!r} only runs it. Choose a model with"
            ' backend = "transformers".'
        )
    if spec.adapter:
        raise ModelMisconfigured(f"Model {spec.name!r} already has an adapter. Choose its base model.")


def require_packages() -> None:
    """Raise ModelMisconfigured unless the packages for tuning are installed."""
    missing = [name for name in ("torch", "transformers", "accelerate", "peft", "gguf") if find_spec(name) is None]
    if missing:
        raise ModelMisconfigured(f"Tuning needs the package {missing[0]!r}. Install requirements-gpu.txt.")
