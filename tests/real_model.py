"""The small real model that `make test` installs, for tests that show more with one than with scripted replies."""

from typing import Any

from dialogue.model_config import ModelSpec
from dialogue.models_file import find_model
from tests.installation import BASE_DIR
from tests.services.binaries import give_up


def smollm2(**settings: Any) -> ModelSpec:
    """Return the model with a small engine. Without it, skip the test, or fail it with REQUIRE_SERVICES=1."""
    spec = find_model(BASE_DIR / "models.toml", "smollm2")
    if spec.file is None or not spec.file.is_file():
        give_up(f"the package {spec.package} is not installed")
    engine = {"slots": 2, "context": 2048, "threads": 2, "processes": 1, "flash_attention": True, "repack": True}
    return spec.model_copy(update=engine | settings)
