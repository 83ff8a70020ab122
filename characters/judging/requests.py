"""Requests for judgements by a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from characters.asking import describe_asked, prepare_job
from characters.benchmarks.refusals import BenchmarkRefused
from characters.judging.queue import RANKINGS
from characters.judging.rows import MOST_ROWS, ROWS, SEED, Draw, draw_rows, find_split, roles_of
from characters.judging.sides import all_sets, check_sides, find_set, pairs_of
from characters.models import AnswerSet, Benchmark, Character, Judging, Ranking
from characters.profiles import description_of
from dialogue.backends.base import ModelMisconfigured, Sampling
from rolellm.judging import questions
from studies.language_models.descriptions import decisive
from studies.language_models.identities import find_well_described

SAMPLING = Sampling(temperature=0.0, max_tokens=1000)
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class JudgingRequest:
    """Which answers a judge compares: ``sets`` by name, with the ``baseline`` or, without one, with each other.

    Of each role ``general`` and ``specific`` rows are drawn with ``seed``; the paper's numbers are 20 in the instruction split
    and 50 in the role split. Roles without a description cannot be judged, and are refused unless ``skips_unknown``.
    """

    judge: str
    sets: tuple[str, ...]
    baseline: str = ""
    general: int = ROWS
    specific: int = ROWS
    split: str = ""
    seed: int = SEED
    skips_unknown: bool = False

    @property
    def wanted(self) -> dict[str, int]:
        return {"general": self.general, "role_specific": self.specific}


def request_judging(benchmark: Benchmark, request: JudgingRequest, models_file: Path | None = None) -> Judging:
    """Return the judging that was asked for, with every pair of answers in both orders. Add only what is missing.

    It is paused until it is queued or worked on. Raises BenchmarkRefused.
    """
    check_numbers(request.wanted)
    sets = [find_set(benchmark, name) for name in request.sets]
    baseline = find_set(benchmark, request.baseline) if request.baseline else None
    check_sides(sets, baseline)
    configuration = _configure(benchmark, request, models_file or settings.MODELS_FILE)
    configuration |= {"sets": sorted(each.token for each in sets), "baseline": baseline.token if baseline else ""}
    with transaction.atomic():
        Benchmark.objects.select_for_update(no_key=True).get(pk=benchmark.pk)  # two requests at once are one judging
        judging = _find(benchmark, configuration) or _create(benchmark, configuration, sets, baseline, models_file)
        _add_missing(RANKINGS.lock(judging))
        if not judging.rankings.exists():
            raise BenchmarkRefused(f"No test row is answered by all of: {', '.join(map(str, all_sets(judging)))}.")
    judging.refresh_from_db()
    return judging


def draw_of(judging: Judging) -> Draw:
    """Return from which rows the judging draws."""
    told = judging.configuration
    return Draw(told["split"], told["wanted"], told["seed"], told["descriptions"].keys())


def check_numbers(wanted: Mapping[str, int]) -> None:
    """Raise BenchmarkRefused unless these numbers of questions, by part, can be drawn."""
    if not all(0 <= count <= MOST_ROWS for count in wanted.values()) or not any(wanted.values()):
        raise BenchmarkRefused(f"Choose 0 to {MOST_ROWS} questions of each kind and role, and at least 1 of one kind.")


def _configure(benchmark: Benchmark, request: JudgingRequest, models_file: Path) -> dict[str, Any]:
    """Return everything that affects the judgements. Raises BenchmarkRefused."""
    try:
        if find_well_described(models_file, request.judge).guard:
            raise ModelMisconfigured(
                f"Model {request.judge!r} is a guard and cannot rank answers. Choose another model."
            )
        model = describe_asked(models_file, request.judge, SAMPLING)
    except ModelMisconfigured as error:
        raise BenchmarkRefused(str(error)) from error
    split = find_split(benchmark, request.split)
    return {
        "model": model,
        "prompt": questions.digest(),
        "split": split,
        "wanted": request.wanted,
        "seed": request.seed,
        "descriptions": descriptions_of(roles_of(benchmark, split), request.skips_unknown),
    }


def descriptions_of(roles: Sequence[str], skips_unknown: bool) -> dict[str, str]:
    """Return who the roles are: a later change of a character does not change what a judge reads. Raises BenchmarkRefused."""
    known = {
        each.name: description_of(each) for each in Character.objects.filter(name__in=roles).exclude(description="")
    }
    unknown = [role for role in roles if role not in known]
    if unknown and not (skips_unknown and known):
        listed = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        remedy = (
            "Describe a character first." if not known else "Describe them, or leave out roles without a description."
        )
        raise BenchmarkRefused(f"A judge needs a description of each role. These have none: {listed}. {remedy}")
    return known


def _find(benchmark: Benchmark, configuration: dict[str, Any]) -> Judging | None:
    for judging in benchmark.judgings.filter(model=configuration["model"]["model"]):
        if _decisive(judging.configuration) == _decisive(configuration):
            return judging
    return None


def _decisive(configuration: dict[str, Any]) -> dict[str, Any]:
    return configuration | {"model": decisive(configuration["model"])}


def _create(
    benchmark: Benchmark,
    configuration: dict[str, Any],
    sets: Sequence[AnswerSet],
    baseline: AnswerSet | None,
    models_file: Path | None,
) -> Judging:
    judging = Judging(
        benchmark=benchmark, model=configuration["model"]["model"], configuration=configuration, baseline=baseline
    )
    prepare_job(judging, models_file)
    judging.save()
    judging.answer_sets.set(sets)
    return judging


def _add_missing(locked: Judging) -> None:
    """Add the missing rankings. Only the holder of the judging's row adds any."""
    existing = set(locked.rankings.order_by().values_list("row", "first", "second"))
    rows = draw_rows(locked.benchmark, draw_of(locked), all_sets(locked), {row for row, *_ in existing})
    missing = [
        Ranking(judging=locked, row_id=row, first=first, second=second)
        for row in rows
        for one, other in pairs_of(locked)
        for first, second in ((one, other), (other, one))
        if (row, first.pk, second.pk) not in existing
    ]
    Ranking.objects.bulk_create(missing, batch_size=_BATCH)
    if missing:
        Judging.objects.filter(pk=locked.pk, state=Judging.State.FINISHED).update(state=Judging.State.PAUSED)
