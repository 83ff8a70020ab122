"""What is found by a mixed model, in values that tables, pages and files are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.contrasts import Adjustment, Contrast, Estimate, letters

Status = Literal["ok", "singular", "separated", "not_converged", "not_applicable"]


@dataclass(frozen=True, slots=True)
class JointTest:
    """Whether all models are alike: chi-squared without ``df_den``, else F."""

    statistic: float
    df_num: float
    df_den: float | None
    p: float


@dataclass(frozen=True, slots=True)
class RandomEffect:
    """How far one person lies from the others, on the scale of the linear predictor: the conditional mode and its standard
    deviation."""

    mode: float
    sd: float


@dataclass(frozen=True, slots=True)
class MixedModel:
    """A fitted model, or the reason why there is none. What does not exist is None, or missing from a mapping.

    ``effects`` are in treatment coding with the first level as the base; ``means`` are each level's on the scale of the linear
    predictor; ``sd`` names the random intercepts. ``residual_sd`` belongs to linear models, ``likelihood_ratio`` to the
    binomial one, whose ``penalised`` fit is offered where a model is always or never detected. ``random_effects`` of a binomial
    model holds each group's persons by name.
    """

    status: Status
    message: str
    rows: int
    levels: tuple[str, ...]
    effects: Mapping[str, Estimate | None] = field(default_factory=dict)
    means: Mapping[str, Estimate] = field(default_factory=dict)
    sd: Mapping[str, float] = field(default_factory=dict)
    residual_sd: float | None = None
    log_likelihood: float | None = None
    test: JointTest | None = None
    likelihood_ratio: JointTest | None = None
    contrasts: tuple[Contrast, ...] = ()
    penalised: "MixedModel | None" = None
    random_effects: Mapping[str, Mapping[str, RandomEffect]] = field(default_factory=dict)

    def letters(self, adjustment: Adjustment, *, largest_first: bool = False) -> dict[str, str]:
        """Levels that share a letter do not differ; 'a' stands at the smallest mean, or at the largest. Empty where nothing was
        tested."""
        return letters(self.contrasts, self.means, adjustment, largest_first=largest_first)
