"""Plans for evaluations of dialogues (section 3.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.forms.models import model_to_dict

from evaluation.models import Evaluation, Pair
from evaluation.pairing import Match, Rules, make_pairs
from evaluation.planning.assignments import Wanted
from evaluation.planning.candidates import Candidates, read_candidates
from evaluation.planning.concerns import find_problems, find_warnings
from evaluation.planning.drafts import Draft, assign, draw_known
from evaluation.planning.planner import Planner
from evaluation.planning.plans import Remarks
from studies.models import Dialogue


@dataclass(frozen=True, slots=True)
class Basis:
    """The settings of an evaluation, and the dialogues that may be paired."""

    settings: dict[str, Any]
    candidates: Candidates


class DialoguePlanner(Planner[Basis]):
    """Pairs a study's natural dialogues with simulated ones."""

    def hold(self, evaluation: Evaluation) -> None:
        """Lock the natural dialogues, so that no participant withdraws while they are paired. Do so before locking the
        evaluation, because withdrawals lock dialogues first."""
        natural = evaluation.study.dialogues.filter(kind=Dialogue.Kind.NATURAL).exclude(ended_at=None)
        list(natural.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))

    def read_basis(self, evaluation: Evaluation) -> Basis:
        return Basis(model_to_dict(evaluation), read_candidates(evaluation))

    def draft(self, evaluation: Evaluation, basis: Basis) -> Draft:
        candidates = basis.candidates
        rules = Rules(evaluation.takes_left_dialogues, evaluation.takes_unsafe_dialogues, evaluation.crosses_chatbots)
        pairing = make_pairs(candidates.natural, candidates.simulated, rules, evaluation.seed)
        assignments, impossible = assign(evaluation, _wanted(pairing.pairs), "natural dialogue")
        known, lacking = draw_known(evaluation)
        return Draft(
            _pairs(evaluation, pairing.pairs),
            assignments,
            known["training"],
            known["check"],
            pairing.left_out,
            pairing.hidden,
            tuple(find_warnings(evaluation.study, candidates, pairing, settings.MODELS_FILE)),
            (*find_problems(candidates, pairing), *impossible, *lacking),
        )

    def rules(self, evaluation: Evaluation, remarks: Remarks) -> tuple[str, ...]:
        return _describe_rules(evaluation, remarks)


def _wanted(matches: Iterable[Match]) -> list[Wanted]:
    return [Wanted(one.natural.person, one.natural.goal, one.simulated.inquirer, id) for id, one in enumerate(matches)]


def _pairs(evaluation: Evaluation, matches: Iterable[Match]) -> list[Pair]:
    goals = {goal.number: goal for goal in evaluation.study.goals.all()}
    return [
        Pair(
            evaluation=evaluation,
            goal=goals[match.natural.goal],
            person=match.natural.person,
            model=match.simulated.model,
            elicitation=match.simulated.elicitation,
            condition=match.natural.condition,
            natural_id=match.natural.id,
            simulated_id=match.simulated.id,
        )
        for match in matches
    ]


def _describe_rules(evaluation: Evaluation, remarks: Remarks) -> tuple[str, ...]:
    """Return sentences that a paper could quote."""
    ended = "continued with the next goal" + (
        ", finished or abandoned the dialogue" if evaluation.takes_left_dialogues else " or finished"
    )
    natural, simulated = remarks.hidden
    hidden = (
        f"hidden on both sides: {natural} from people and {simulated} from models"
        if evaluation.hides_unanswered
        else "shown"
    )
    refused = (
        "refused by a provider" if evaluation.takes_unsafe_dialogues else "stopped as unsafe or refused by a provider"
    )
    return (
        f"A natural dialogue is eligible if its participant {ended}.",
        f"A simulated dialogue is eligible unless it was {refused}.",
        *_rule_about_chatbots(evaluation),
        f"Dialogues that a guard found unsafe are {'included' if evaluation.takes_unsafe_dialogues else 'excluded'}.",
        f"If one model has several dialogues for one person and goal, one is drawn with seed {evaluation.seed}.",
        f"Unanswered messages are {hidden}.",
    )


def _rule_about_chatbots(evaluation: Evaluation) -> list[str]:
    if not evaluation.study.conditions.exists():
        return []
    whom = "any chatbot" if evaluation.crosses_chatbots else "the same chatbot"
    return [f"A natural dialogue of a condition is paired with simulated dialogues with {whom}."]
