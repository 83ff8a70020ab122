"""What a study's page says about judging: the pages below know nothing of it."""

from dataclasses import dataclass

from django import template

from evaluation.models import Evaluation
from evaluation.research.progress import ModelLine, list_models
from studies.models import Study

register = template.Library()


@dataclass(frozen=True, slots=True)
class EvaluationLine:
    """An evaluation in its study's list."""

    evaluation: Evaluation
    models: list[ModelLine]

    @property
    def judged(self) -> int:
        return sum(line.judged for line in self.models)

    @property
    def wanted(self) -> int:
        return sum(line.wanted for line in self.models)


@register.inclusion_tag("evaluation/_study.html")
def judging(study: Study) -> dict[str, object]:
    """The study's evaluations, latest first, and the way to a new one."""
    evaluations = study.evaluations.order_by("-number")
    return {"study": study, "evaluations": [EvaluationLine(one, list_models(one)) for one in evaluations]}
