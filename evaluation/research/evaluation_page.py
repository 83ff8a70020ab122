"""The page of an evaluation: its plan before opening, its progress afterwards."""

from dataclasses import dataclass
from urllib.parse import urljoin

from django.urls import reverse
from django.utils import timezone

from enrolment.models import Outcome
from enrolment.platform_links import platform_link
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.exports import LeftOut, left_out
from evaluation.models import Evaluation, EvaluationOutcome, Evaluator
from evaluation.planning.opening import Plan, read_plan
from evaluation.research.progress import Progress, read_progress
from studies.models import Study


@dataclass(frozen=True, slots=True)
class EvaluationPage:
    """The current state of an evaluation. ``named`` counts evaluators with an external ID; ``flagging`` is the evaluator whose
    flag is being edited, or None."""

    evaluation: Evaluation
    plan: Plan
    link: str
    left_out: LeftOut
    named: int
    progress: Progress
    flagging: Evaluator | None

    @property
    def study(self) -> Study:
        return self.evaluation.study

    @property
    def in_table(self) -> int:
        """Return the number of judgements that count in results, which are those in the table."""
        return self.progress.judged - self.left_out.excluded

    @property
    def is_open(self) -> bool:
        return self.evaluation.state == Evaluation.State.OPEN

    @property
    def platform_link(self) -> str:
        return platform_link(self.link, self.evaluation.external_id_parameter)


def read_evaluation(evaluation: Evaluation, site: str, page: str, flagging: str = "") -> EvaluationPage:
    """Read the evaluation's page; ``site`` is the address for evaluators, ``flagging`` an evaluator's number."""
    path = reverse("judge-welcome", args=[evaluation.place, evaluation.number])
    return EvaluationPage(
        evaluation,
        read_plan(evaluation),
        urljoin(site, path),
        left_out(evaluation),
        evaluation.evaluators.exclude(external_id="").count(),
        read_progress(evaluation, page, timezone.now()),
        find_evaluator(evaluation, flagging),
    )


def find_evaluator(evaluation: Evaluation, number: str) -> Evaluator | None:
    """Return the evaluator with that number, or None."""
    is_number = number.isascii() and number.isdigit() and len(number) < 9
    return evaluation.evaluators.filter(number=number).first() if is_number else None


def read_outcomes(evaluation: Evaluation) -> dict[str, Outcome]:
    """Return how evaluators leave who finish (``completion``), and those who find no pair (``full``)."""
    kinds, enrolment = EvaluationOutcome.Kind, JudgingEnrolment(evaluation)
    return {"completion": enrolment.read_outcome(kinds.COMPLETED), "full": enrolment.read_outcome(kinds.FULL)}
