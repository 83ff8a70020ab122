"""The settings of a tuning. The defaults are RoleLLaMA's (appendix E)."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from rolellm.tuning.refusals import TuningRefused

Variant = Literal["system", "retrieval"]
"""The role is told by the system instruction alone, or demonstrations from its profile precede the input as well."""
VARIANTS: tuple[Variant, ...] = get_args(Variant)
Modules = Literal["q and v", "all linear"]
"""Which matrices get a LoRA. The paper does not say; "q and v" are the LoRA paper's."""
MODULES: tuple[Modules, ...] = get_args(Modules)
Markup = Literal["own", "rolellm"]
"""The chat template that writes the samples: the model's, or the paper's."""
MARKUPS: tuple[Markup, ...] = get_args(Markup)


class InvalidRecipe(TuningRefused):
    """A setting that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a LoRA is tuned.

    A step averages over ``batch`` x ``accumulation`` samples. The paper does not state ``modules``, ``dropout``, the weight
    decay (0 here) and the largest norm of the gradient (``clip``). Lengths are tokens.
    """

    markup: Markup = "own"
    variant: Variant = "system"
    rank: int = 8
    alpha: int = 32
    dropout: float = 0.05
    modules: Modules = "q and v"
    rate: float = 5e-5
    warm_up: float = 0.04
    clip: float = 1.0
    batch: int = 4
    accumulation: int = 2
    input_tokens: int = 512
    output_tokens: int = 512
    epochs: int = 5
    seed: int = 73
    checkpoint_every: int = 50

    def __post_init__(self) -> None:
        counts = (
            "rank",
            "alpha",
            "batch",
            "accumulation",
            "input_tokens",
            "output_tokens",
            "epochs",
            "checkpoint_every",
        )
        for name in counts:
            if getattr(self, name) < 1:
                raise InvalidRecipe(f"The setting {name} is {getattr(self, name)}. Set it to 1 or more.")
        if not 0 < self.rate <= 1:
            raise InvalidRecipe(f"The learning rate is {self.rate:g}. Set it above 0 and to at most 1.")
        for name in ("dropout", "warm_up"):
            if not 0 <= getattr(self, name) < 1:
                raise InvalidRecipe(f"The setting {name} is {getattr(self, name):g}. Set it to at least 0 and below 1.")
        self._check_choice("markup", MARKUPS)
        self._check_choice("variant", VARIANTS)
        self._check_choice("modules", MODULES)

    @property
    def samples_per_step(self) -> int:
        return self.batch * self.accumulation

    def as_object(self) -> dict[str, Any]:
        """Return the settings as they are stored."""
        return asdict(self)

    def _check_choice(self, name: str, choices: tuple[str, ...]) -> None:
        if getattr(self, name) not in choices:
            raise InvalidRecipe(f"There is no {name} {getattr(self, name)!r}. Choose from: {', '.join(choices)}.")
