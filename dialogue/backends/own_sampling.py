"""A model's own generation settings, which its authors recommend: defaults for what models.toml does not set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from dialogue.model_config import ModelSpec, SamplingTable

DEFAULTS = SamplingTable()


@dataclass(frozen=True, slots=True)
class OwnSampling:
    """Settings by the names of SamplingTable, and where they are from, in words."""

    values: Mapping[str, float] = field(default_factory=dict)
    source: str = ""


def accept(values: Mapping[str, Any], source: str) -> OwnSampling:
    """Return those ``values`` that are valid settings. The others, such as a null, are left out."""
    return OwnSampling({name: value for name, value in values.items() if _is_valid(name, value)}, source)


def fill(spec: ModelSpec, own: OwnSampling) -> ModelSpec:
    """Return the model with its own values for the settings that models.toml does not set."""
    missing = {name: value for name, value in own.values.items() if name not in spec.sampling.model_fields_set}
    if not missing:
        return spec
    told = spec.sampling.model_dump(exclude_unset=True)
    return spec.model_copy(update={"sampling": SamplingTable(**told | missing)})


def describe(spec: ModelSpec, own: OwnSampling) -> list[str]:
    """Return each setting in force that is not the software's default, with its origin."""
    used = fill(spec, own).sampling.model_dump()
    return [
        f"{name} {value:g} ({'models.toml' if name in spec.sampling.model_fields_set else own.source})"
        for name, value in used.items()
        if name in spec.sampling.model_fields_set or value != getattr(DEFAULTS, name)
    ]


def _is_valid(name: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        SamplingTable(**{name: value})
    except ValidationError:
        return False
    return True
