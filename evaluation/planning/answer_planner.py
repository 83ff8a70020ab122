"""Plans for evaluations of answers: the questions that model judges would be asked as well, and the answers to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.forms.models import model_to_dict

from characters.benchmarks.refusals import BenchmarkRefused
from characters.judging.requests import check_numbers, descriptions_of
from characters.judging.rows import Draw, available, draw_rows, find_split, missing_answers, roles_of
from characters.judging.sides import check_sides, compared
from characters.models import Answer, AnswerSet, Benchmark, BenchmarkRow, Character
from evaluation.models import AnswerPlan, Evaluation, Pair
from evaluation.planning.assignments import Wanted
from evaluation.planning.drafts import Draft, assign
from evaluation.planning.planner import Planner
from evaluation.planning.plans import Remarks


@dataclass(frozen=True, slots=True)
class Sides:
    """Two answer sets to compare, as {"name", "token"}."""

    one: Mapping[str, str]
    other: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A question to a role, with what evaluators read about the role, and the ``texts`` of the answers by their set's token."""

    position: int
    role: str
    part: str
    question: str
    description: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Basis:
    """An evaluation's settings, the questions drawn, sentences about what is left out, and why there is nothing to judge."""

    settings: Mapping[str, Any]
    sides: tuple[Sides, ...] = ()
    rows: tuple[Row, ...] = ()
    left_out: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class AnswerPlanner(Planner[Basis]):
    """Pairs the answers to a benchmark. No evaluator sees two pairs of answers to one question of a role."""

    def hold(self, evaluation: Evaluation) -> None:
        """Lock the benchmark, so that two evaluations are not opened while it is deleted."""
        list(Benchmark.objects.select_for_update(no_key=True).filter(evaluations=evaluation).values_list("pk"))

    def read_basis(self, evaluation: Evaluation) -> Basis:
        plan = AnswerPlan.objects.select_related("baseline", "evaluation__benchmark").get(evaluation=evaluation)
        empty = Basis({"evaluation": model_to_dict(evaluation), "answers": model_to_dict(plan)})
        try:
            return _read(plan, empty)
        except BenchmarkRefused as error:
            return replace(empty, problems=(str(error),))

    def draft(self, evaluation: Evaluation, basis: Basis) -> Draft:
        pairs = [_pair(evaluation, row, sides) for row in basis.rows for sides in basis.sides]
        wanted = [Wanted(pair.person, pair.subject, pair.inquirer, id) for id, pair in enumerate(pairs)]
        assignments, impossible = assign(evaluation, wanted, "question")
        problems = (*basis.problems, *impossible)
        return Draft(pairs, assignments, warnings=basis.left_out, problems=problems)

    def rules(self, evaluation: Evaluation, remarks: Remarks) -> tuple[str, ...]:
        plan = evaluation.answer_plan
        against = f"compared with {plan.baseline}" if plan.baseline else "compared with each other"
        return (
            f"The answers are {against}.",
            f"Of each role, at most {plan.general} general and {plan.specific} role-specific questions are drawn with seed "
            f"{plan.seed}, from those that all these sets answer.",
            "Evaluators see neither the names of the sets nor which of them is the baseline.",
            "No evaluator sees two pairs of answers to one question of a role.",
            "Each set is first in half of its pairs.",
        )


def sets_of(plan: AnswerPlan) -> list[AnswerSet]:
    """Return every answer set that takes part, the baseline last."""
    sets = list(plan.answer_sets.order_by("pk"))
    return [*sets, plan.baseline] if plan.baseline else sets


def _read(plan: AnswerPlan, empty: Basis) -> Basis:
    """Return the input. Raises BenchmarkRefused."""
    sets, benchmark = list(plan.answer_sets.order_by("pk")), _benchmark(plan)
    check_sides(sets, plan.baseline)
    descriptions, draw = _draw(plan, benchmark)
    drawn = draw_rows(benchmark, draw, sets_of(plan), kept=())
    if not drawn:
        raise BenchmarkRefused(f"No test row is answered by all of: {', '.join(map(str, sets_of(plan)))}.")
    return replace(
        empty,
        sides=tuple(Sides(_named(one), _named(other)) for one, other in compared(sets, plan.baseline)),
        rows=tuple(_rows(drawn, sets_of(plan), descriptions)),
        left_out=tuple(_left_out(plan, draw, len(drawn))),
    )


def _draw(plan: AnswerPlan, benchmark: Benchmark) -> tuple[Mapping[str, str], Draw]:
    """Return the descriptions of the roles, and from which rows is drawn. Raises BenchmarkRefused."""
    wanted = {"general": plan.general, "role_specific": plan.specific}
    check_numbers(wanted)
    split = find_split(benchmark, plan.split)
    descriptions = descriptions_of(plan.roles or roles_of(benchmark, split), plan.skips_unknown)
    return descriptions, Draw(split, wanted, plan.seed, descriptions.keys())


def _rows(drawn: Sequence[int], sets: Sequence[AnswerSet], descriptions: Mapping[str, str]) -> Iterator[Row]:
    """Yield these rows with their answers, in the benchmark's order."""
    answers = Answer.objects.filter(answer_set__in=sets, row__in=drawn, sample=0)
    texts: dict[int, dict[str, str]] = {}
    for key, token, text in answers.values_list("row", "answer_set__token", "text"):
        texts.setdefault(key, {})[token] = text
    for row in BenchmarkRow.objects.filter(pk__in=drawn).order_by("position"):
        yield Row(row.position, row.role, row.part, row.question.strip(), descriptions[row.role], texts[row.pk])


def _pair(evaluation: Evaluation, row: Row, sides: Sides) -> Pair:
    told = {"role": row.role, "part": row.part, "question": row.question, "description": row.description}
    read = {side: dict(named) | {"text": row.texts[named["token"]]} for side, named in _by_side(sides)}
    name = f"{sides.one['name']} over {sides.other['name']}"
    return Pair(evaluation=evaluation, person=str(row.position), model=name, answers=told | read)


def _by_side(sides: Sides) -> tuple[tuple[str, Mapping[str, str]], ...]:
    return (("one", sides.one), ("other", sides.other))


def _left_out(plan: AnswerPlan, draw: Draw, drawn: int) -> Iterator[str]:
    """Yield sentences about what could have been compared and is not, and about what evaluators should not rely on."""
    benchmark = _benchmark(plan)
    if missing := sum(available(benchmark, draw).values()) - drawn:
        yield f"{_counted(missing, 'question')} fewer than wanted, because not all answer sets answer enough questions."
        for each in sets_of(plan):
            if count := missing_answers(benchmark, draw, each):
                yield f"{each} does not answer {_counted(count, 'question')}."
    if unknown := [role for role in plan.roles or roles_of(benchmark, draw.split) if role not in draw.roles]:
        yield f"Roles without a description are left out: {', '.join(unknown)}."
    accepted = Character.objects.filter(name__in=draw.roles, audit=Character.Audit.ACCEPTED)
    if unaudited := sorted(set(draw.roles) - set(accepted.values_list("name", flat=True))):
        yield f"Evaluators read descriptions that nobody has audited: {', '.join(unaudited)}."


def _benchmark(plan: AnswerPlan) -> Benchmark:
    assert plan.evaluation.benchmark is not None, "only evaluations of a benchmark have such a plan"  # noqa: S101
    return plan.evaluation.benchmark


def _named(answer_set: AnswerSet) -> dict[str, str]:
    return {"name": answer_set.name, "token": answer_set.token}


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
