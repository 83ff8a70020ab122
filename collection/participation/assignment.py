"""Which goals and which conditions a participant gets, and in which order.

The conditions are drawn when a person has answered the persona form, because earlier many leave or are screened out, and in the
transaction that locks the study's recruitment, so that two people who arrive at once are not both counted out. Within
participants, those of later goals are drawn again before each goal: by then others may have dropped out.
"""

import random
import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from collection.models import Participant, Recruitment
from collection.participation.balance import Standing, draw_one, draw_sequence
from collection.participation.eligibility import keeping_seats
from collection.participation.finished_goals import finished_goals
from enrolment.external_ids import people_called
from studies.models import Condition, Dialogue, Study, is_excluded

HERE = timedelta(hours=1)
"""People seen this recently are expected to continue; others, who may return, count once they complete a dialogue."""
SEED_BELOW = 2**31
State = Participant.State


def assign_goals(participant: Participant) -> None:
    """Give a newcomer the study's goals in order, without those completed under their external ID."""
    study, earlier = participant.study, _earlier(participant)
    is_shuffled = study.goal_order == Study.GoalOrder.SHUFFLED
    _order(participant, [goal.number for goal in study.goals.order_by("number")], is_shuffled, earlier)


def assign_conditions(participant: Participant, now: datetime) -> None:
    """Give a participant, whom the caller has locked and will save, a condition for each of their goals. Nothing changes in a
    study without conditions. A person who comes again under the same external ID stays in their conditions.

    Call it in the transaction that locks the study's recruitment.
    """
    conditions = {condition.name: condition for condition in participant.study.conditions.all()}
    if not conditions:
        return
    participant.condition_seed = secrets.randbelow(SEED_BELOW)
    if participant.study.assignment == Study.Assignment.WITHIN:
        _assign_within(participant, conditions, now)
    else:
        _assign_between(participant, conditions, now)


def redraw_conditions(participant: Participant, now: datetime) -> None:
    """Draw the conditions of the goals that a participant has not begun again, if the study varies them within participants.

    Of two people who continue at once, both may get the condition that lacks one dialogue. The next draws make up for it, so
    that people need not wait for each other.
    """
    if participant.study.assignment != Study.Assignment.WITHIN or not participant.conditions:
        return
    with transaction.atomic():
        locked = Participant.objects.select_for_update(of=("self",)).select_related("study").get(pk=participant.pk)
        if locked.state == State.ACTIVE:
            _assign_within(locked, {one.name: one for one in locked.study.conditions.all()}, now)
            locked.save(update_fields=["conditions"])
    participant.conditions = locked.conditions


def read_standing(study: Study, now: datetime, drawing_for: Participant | None = None) -> Standing:
    """Return the numbers of dialogues by condition, and the goals left to the participants who are here; of one that draws
    conditions, only the goal in progress.

    An excluded dialogue is lost, as if its participant had left, because the analysis leaves it out.
    """
    lost = Counter(completed_dialogues(study, excluded=True))
    ahead: list[Sequence[str]] = []
    here, begun = people_here(study, now), _goals_begun(study)
    for pk, persona, goals, conditions in _unfinished(study):
        only_begun = drawing_for is not None and pk == drawing_for.pk
        left = _conditions_left(goals, conditions, begun[persona], only_begun=only_begun)
        if pk in here:
            ahead.append(left)
        else:
            lost.update(left[:1])
    return Standing(completed_dialogues(study), lost, ahead)


def completed_dialogues(study: Study, *, excluded: bool = False) -> dict[str, int]:
    """Return the number of completed natural dialogues by condition, without those that researchers ``excluded``, or only
    these; conditions without any are missing."""
    natural = study.dialogues.filter(kind=Dialogue.Kind.NATURAL, ending="next_goal").exclude(condition=None)
    chosen = natural.filter(is_excluded()) if excluded else natural.exclude(is_excluded())
    return dict(chosen.order_by().values_list("condition__name").annotate(Count("pk")))


def people_here(study: Study, now: datetime) -> set[int]:
    """Return the keys of the participants who are expected to continue."""
    active = study.participants.filter(state=State.ACTIVE, last_seen_at__gte=now - HERE)
    return set(keeping_seats(active).values_list("pk", flat=True))


def _conditions_left(
    goals: list[int], conditions: list[str], begun: Mapping[int, bool], *, only_begun: bool
) -> list[str]:
    """Return the conditions of the goals that a participant has not ended, in order, also those not begun unless
    ``only_begun``. People who have withdrawn have no goals any more, but they have left."""
    if not goals:
        return conditions
    planned = zip(goals, conditions, strict=True)
    return [condition for number, condition in planned if not begun.get(number, only_begun)]


def _assign_between(participant: Participant, conditions: dict[str, Condition], now: datetime) -> None:
    earlier, seed = _earlier(participant), participant.condition_seed or 0
    known = next((name for one in earlier for name in one.conditions if name in conditions), "")
    weights = {name: condition.weight for name, condition in conditions.items() if condition.weight}
    listed = list(participant.study.goals.order_by("number").values_list("number", flat=True))
    goals = {name: len(conditions[name].goals or listed) for name in weights}
    seats = Recruitment.objects.filter(study=participant.study).values_list("seats", flat=True).first()
    chosen = conditions[known or draw_one(read_standing(participant.study, now), weights, goals, seed, seats)]
    numbers = chosen.goals or listed
    order = chosen.goal_order or participant.study.goal_order
    _order(participant, numbers, order == Study.GoalOrder.SHUFFLED, earlier)
    participant.conditions = [chosen.name] * len(participant.goal_order)


def _assign_within(participant: Participant, conditions: dict[str, Condition], now: datetime) -> None:
    """Draw a condition for each goal that the participant has not begun, but keep those that an earlier participation under the
    same external ID planned."""
    planned: dict[int, str] = {}
    for one in _earlier(participant):
        planned |= dict(zip(one.goal_order, one.conditions, strict=False))
    begun = _conditions_begun(participant)
    weights = {name: condition.weight for name, condition in conditions.items() if condition.weight}
    allowed = {
        number: [planned[number]] if number in planned else [name for name in weights if _has(conditions[name], number)]
        for number in participant.goal_order
        if number not in begun
    }
    standing, seed = read_standing(participant.study, now, participant), (participant.condition_seed or 0) + len(begun)
    drawn = draw_sequence(standing, weights, list(allowed.values()), seed, list(begun.values()))
    given = begun | dict(zip(allowed, drawn, strict=True))
    participant.conditions = [given[number] for number in participant.goal_order]


def _conditions_begun(participant: Participant) -> dict[int, str]:
    """Return the conditions of the goals that the participant has begun, by number; none before they have conditions."""
    begun = set(participant.dialogues.values_list("goal__number", flat=True))
    planned = zip(participant.goal_order, participant.conditions, strict=False)
    return {number: condition for number, condition in planned if number in begun}


def _has(condition: Condition, number: int) -> bool:
    return not condition.goals or number in condition.goals


def _order(participant: Participant, numbers: list[int], is_shuffled: bool, earlier: list[Participant]) -> None:
    """Order these goals for the participant. At least one is left, because the completion code must be earned."""
    seeds = [one.order_seed for one in earlier if one.order_seed is not None]
    participant.order_seed = (seeds[0] if seeds else secrets.randbelow(SEED_BELOW)) if is_shuffled else None
    order = list(numbers)
    if participant.order_seed is not None:
        random.Random(participant.order_seed).shuffle(order)
    finished = {number for one in earlier for number in finished_goals(one)}
    participant.goal_order = [number for number in order if number not in finished] or order[-1:]


def _earlier(participant: Participant) -> list[Participant]:
    """Return earlier participations under the same external ID."""
    people = people_called(participant.study.participants.select_related("persona"), participant.external_id)
    return list(people.exclude(pk=participant.pk))


def _unfinished(study: Study) -> list[tuple[int, int | None, list[int], list[str]]]:
    """Return the keys of everyone with conditions who has not finished and of their persona, their goals and conditions."""
    people = study.participants.exclude(conditions=[]).exclude(state=State.FINISHED)
    return list(people.values_list("pk", "persona", "goal_order", "conditions"))


def _goals_begun(study: Study) -> defaultdict[int | None, dict[int, bool]]:
    """Return for the personas of those people the numbers of the goals that they themselves have begun, and whether they ended
    them. Rows instead of objects, because assignments wait for each other meanwhile."""
    natural = study.dialogues.filter(kind=Dialogue.Kind.NATURAL).exclude(persona__participant__state=State.FINISHED)
    begun: defaultdict[int | None, dict[int, bool]] = defaultdict(dict)
    rows = natural.annotate(is_over=Q(ended_at__isnull=False)).values_list("persona", "goal__number", "is_over")
    for persona, number, is_over in rows:
        begun[persona][number] = is_over
    return begun
