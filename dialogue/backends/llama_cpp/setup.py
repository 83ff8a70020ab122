"""What a new engine process is told first."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.backends.llama_cpp.configuration import Configuration
from dialogue.backends.llama_cpp.memory import Plan
from dialogue.model_config import ModelSpec


@dataclass(frozen=True, slots=True)
class Serve:
    """Answer requests. ``marks`` are the control tokens to show, at which a self-reply is cut.

    The process answers None when it is ready, or a ModelMisconfigured.
    """

    spec: ModelSpec
    plan: Plan
    configuration: Configuration
    marks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Measure:
    """Measure the speed with each of the ``configurations``, which all ``repack`` the weights or do not.

    The process answers a list of Speed, or a ModelMisconfigured.
    """

    spec: ModelSpec
    plan: Plan
    configurations: Sequence[Configuration]
    repack: bool
