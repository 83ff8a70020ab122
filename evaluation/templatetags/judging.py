"""The judging section of a study's page, as a tag, because the app of that page does not import this one."""

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
    """Return the study and its evaluations, latest first, for the section."""
    lines = [EvaluationLine(one, list_models(one)) for one in study.evaluations.order_by("-number")]
    has_closed = any(line.evaluation.state == Evaluation.State.CLOSED for line in lines)
    return {"study": study, "evaluations": lines, "has_closed": has_closed}
