"""Requests that a model answers a benchmark's questions as the characters, in one of RoleGPT's elicitations."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.db import transaction

from characters.asking import describe_asked, prepare_job
from characters.benchmarks.casting import Cast, cast_roles
from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.row_storing import batches
from characters.models import Answer, AnswerSet, Benchmark, BenchmarkRow
from dialogue.backends.base import ModelMisconfigured, Sampling
from jobs.queues import Queue
from rolellm.elicitation import Elicitation
from rolellm.pairs import BEST
from rolellm.rolebench.layout import Part, Split
from studies.language_models.descriptions import decisive

ANSWERS = Queue(
    table=Answer, job="answer_set", along=("row", "character"), order=("row_id", "sample"), task="characters.answer"
)
PAPERS = Sampling(temperature=0.7, top_p=0.95, max_tokens=200)
"""RoleGPT's sampling (appendix E)."""
LONGEST_NAME = 100
MOST_SAMPLES = 20


@dataclass(frozen=True, kw_only=True)
class AnswerRequest:
    """Which rows a model answers, and how.

    ``rows`` limits their number: the same ones are drawn with ``seed`` for every model. ``samples`` is the number of answers
    to each. ``pairs`` demonstrations are retrieved from the profile. With ``user_name``, the question is sent as the paper
    prints it, after that name. Without ``name`` the set is named after model and
    elicitation. With ``skips_unknown``, rows of roles that cannot be played are left out.
    """

    model: str
    elicitation: Elicitation
    name: str = ""
    rows: int | None = None
    roles: tuple[str, ...] = ()
    split: Split | None = None
    part: Part | None = None
    seed: int = 73
    samples: int = 1
    pairs: int = BEST
    user_name: str = ""
    sampling: Sampling = field(default=PAPERS)
    skips_unknown: bool = False

    @property
    def full_name(self) -> str:
        return self.name or f"{self.model}, {self.elicitation}"


def request_answers(benchmark: Benchmark, request: AnswerRequest, models_file: Path | None = None) -> AnswerSet:
    """Return the answer set of the request, paused, with an open item for each answer; a repeated request finds it again.

    Raises BenchmarkRefused with one sentence.
    """
    file = models_file or settings.MODELS_FILE
    _refuse_numbers(request)
    try:
        described = describe_asked(file, request.model, request.sampling)
    except ModelMisconfigured as error:
        raise BenchmarkRefused(str(error)) from error
    rows = _rows(benchmark, request)
    cast = cast_roles(set(rows.order_by().values_list("role", flat=True).distinct()), request.elicitation)
    if cast.unfit and not request.skips_unknown:
        raise BenchmarkRefused(cast.refusal)
    drawn = _draw(rows.filter(role__in=cast.characters), request)
    if not drawn:
        raise BenchmarkRefused("No test row of this benchmark fits the request. Choose other roles, parts or splits.")
    configuration = _configuration(request, described, cast)
    return (
        _find_same(benchmark, request, configuration)
        or _store(benchmark, request, configuration, cast, drawn, file)
        or _found(_find_same(benchmark, request, configuration))
    )


def _refuse_numbers(request: AnswerRequest) -> None:
    if request.rows is not None and request.rows < 1:
        raise BenchmarkRefused("The number of rows must be at least 1.")
    if not 1 <= request.samples <= MOST_SAMPLES:
        raise BenchmarkRefused(f"The number of answers to each row must be from 1 to {MOST_SAMPLES}.")
    if request.pairs < 0 or request.sampling.max_tokens < 1:
        raise BenchmarkRefused("The number of pairs must not be negative, and an answer needs at least one token.")
    if not 0 <= request.sampling.temperature <= 2 or not 0 < request.sampling.top_p <= 1:
        raise BenchmarkRefused("The temperature must be from 0 to 2, and top-p above 0 and at most 1.")
    if len(request.full_name) > LONGEST_NAME:
        raise BenchmarkRefused(
            f"The name of the answers has more than {LONGEST_NAME} characters. Choose a shorter one."
        )


def _rows(benchmark: Benchmark, request: AnswerRequest) -> Any:
    wanted = {"split": request.split, "part": request.part, "role__in": request.roles}
    chosen = {name: value for name, value in wanted.items() if value}
    absent = set(request.roles) - set(benchmark.rows.filter(use="test").values_list("role", flat=True))
    if absent:
        raise BenchmarkRefused(f"The benchmark has no test rows of {', '.join(sorted(absent))}. Correct the names.")
    return benchmark.rows.filter(use="test", **chosen).order_by("position")


def _draw(rows: Any, request: AnswerRequest) -> list[BenchmarkRow]:
    found = list(rows.only("pk", "role"))
    if request.rows is None or request.rows >= len(found):
        return found
    chosen = sorted(Random(request.seed).sample(range(len(found)), request.rows))
    return [found[index] for index in chosen]


def _configuration(request: AnswerRequest, described: dict[str, Any], cast: Cast) -> dict[str, Any]:
    return {
        "model": described,
        "elicitation": request.elicitation,
        "pairs": 0 if request.elicitation == "zero-shot" else request.pairs,
        "seed": request.seed,
        "rows": request.rows,
        "roles": list(request.roles),
        "split": request.split,
        "part": request.part,
        "samples": request.samples,
        "user_name": request.user_name,
        "characters": cast.as_configuration(),
        "left_out": cast.unfit,
    }


def _find_same(benchmark: Benchmark, request: AnswerRequest, configuration: dict[str, Any]) -> AnswerSet | None:
    found = benchmark.answer_sets.filter(name=request.full_name).first()
    if found is None:
        return None
    if _comparable(found.configuration) != _comparable(configuration):
        raise BenchmarkRefused(
            f"The benchmark has answers named {request.full_name!r} with other settings, or a character has changed since. "
            "Choose another name."
        )
    return found


def _found(answer_set: AnswerSet | None) -> AnswerSet:
    if answer_set is None:
        raise BenchmarkRefused("The answers were deleted while they were requested. Repeat the request.")
    return answer_set


def _comparable(configuration: dict[str, Any]) -> dict[str, Any]:
    return {"user_name": ""} | configuration | {"model": decisive(configuration.get("model"))}


@transaction.atomic
def _store(
    benchmark: Benchmark,
    request: AnswerRequest,
    configuration: dict[str, Any],
    cast: Cast,
    rows: list[BenchmarkRow],
    models_file: Path,
) -> AnswerSet | None:
    """Store the set with its open answers; return None if another request has just stored one of that name."""
    draft = AnswerSet(model=request.model, configuration=configuration)
    prepare_job(draft, models_file)
    made, is_new = AnswerSet.objects.get_or_create(
        benchmark=benchmark,
        name=request.full_name,
        defaults={
            "model": request.model,
            "elicitation": request.elicitation,
            "samples": request.samples,
            "configuration": configuration,
            "prices": draft.prices,
            "provenance": draft.provenance,
        },
    )
    if not is_new:
        return None
    items = (
        Answer(answer_set=made, row=row, character=cast.characters[row.role], sample=sample)
        for row in rows
        for sample in range(request.samples)
    )
    for batch in batches(items):
        Answer.objects.bulk_create(batch)
    return made


def with_sampling(request: AnswerRequest, **changed: Any) -> AnswerRequest:
    """Return the request with other sampling; None keeps the paper's."""
    kept = {name: value for name, value in changed.items() if value is not None}
    return replace(request, sampling=replace(request.sampling, **kept))
