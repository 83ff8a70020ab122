"""``manage.py power``: estimate how likely a study of a given size finds the expected differences."""

import json
import os
from argparse import ArgumentParser, ArgumentTypeError
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from analysis.statistics.power_counts import Power
from analysis.statistics.power_plans import ADJUSTMENTS, PAPER, ImpossiblePlan, PowerQuestion, gather_rates

SIZE = ("pairs", "people", "evaluator_sd", "person_sd", "studies", "seed")


class Command(BaseCommand):
    help = (
        "Draw studies from expected detection rates, analyse each one like a real study, and report how often it finds the "
        "differences. Without --rate, use the rates of the paper's four models."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rate",
            action="append",
            type=_rate,
            metavar="MODEL=RATE",
            help="expected detection rate of a model, for example mixtral=0.56; repeat for each model",
        )
        parser.add_argument(
            "--evaluators",
            type=int,
            nargs="+",
            default=[20],
            help="number of evaluators, or several numbers (default: 20)",
        )
        parser.add_argument("--pairs", type=int, default=40, help="pairs for each evaluator (default: 40)")
        parser.add_argument("--people", type=int, default=20, help="number of people who chatted (default: 20)")
        parser.add_argument(
            "--evaluator-sd", type=float, default=0.5, help="standard deviation of evaluators' log-odds (default: 0.5)"
        )
        parser.add_argument(
            "--person-sd", type=float, default=0.3, help="standard deviation of people's log-odds (default: 0.3)"
        )
        parser.add_argument("--studies", type=int, default=500, help="number of studies to draw (default: 500)")
        parser.add_argument("--seed", type=int, default=73, help="seed of the simulated studies (default: 73)")
        parser.add_argument(
            "--adjust",
            choices=list(ADJUSTMENTS),
            default="none",
            help="adjustment of pairwise p values (default: none)",
        )
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count() or 1, help="number of processes (default: all cores)"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")

    def handle(self, **options: Any) -> None:
        if options["processes"] < 1:
            raise CommandError("--processes must be at least 1.", returncode=2)
        question = _question(options)
        found = _simulate(question, options["processes"])
        answer = json.dumps(_as_object(question, found)) if options["json"] else "\n\n".join(_in_words(question, found))
        self.stdout.write(answer)


def _question(options: dict[str, Any]) -> PowerQuestion:
    try:
        return PowerQuestion(
            gather_rates(options["rate"] or PAPER.items()),
            tuple(options["evaluators"]),
            adjustment=options["adjust"],
            **{name: options[name] for name in SIZE},
        )
    except ImpossiblePlan as error:
        raise CommandError(str(error), returncode=2) from error


def _simulate(question: PowerQuestion, processes: int) -> tuple[Power, ...]:
    from analysis.statistics.power_simulation import simulate, study_pool

    with study_pool(processes) as pool:
        steps = tqdm(simulate(question, pool), total=question.studies * len(question.evaluators), unit="study")
        return deque(steps, maxlen=1).pop()


def _rate(text: str) -> tuple[str, float]:
    name, _, rate = text.rpartition("=")
    try:
        return name or _refuse(text), float(rate)
    except ValueError:
        return _refuse(text), 0.0


def _refuse(text: str) -> str:
    raise ArgumentTypeError(f"{text!r} is not a rate. Write MODEL=RATE, for example mixtral=0.56")


def _as_object(question: PowerQuestion, found: tuple[Power, ...]) -> dict[str, Any]:
    sizes = zip(question.evaluators, found, strict=True)
    return asdict(question) | {"found": [{"evaluators": number} | _size_as_object(power) for number, power in sizes]}


def _size_as_object(power: Power) -> dict[str, Any]:
    contrasts = [{"a": a, "b": b, "power": power.share((a, b)).value} for a, b in power.contrasts]
    overall = power.any_difference().value
    return {"studies": power.studies, "failed": power.failed, "overall": overall, "contrasts": contrasts}


def _in_words(question: PowerQuestion, found: tuple[Power, ...]) -> Iterator[str]:
    for evaluators, power in zip(question.evaluators, found, strict=True):
        size = f"{evaluators} evaluators with {question.pairs} pairs each"
        lines = [f"Any difference between the models: {power.any_difference()}"]
        lines += [f"{a} and {b}: {power.share((a, b))}" for a, b in power.contrasts]
        if power.failed:
            lines.append(f"{power.failed} studies could not be analysed and count as finding no difference.")
        yield "\n".join(
            [f"{size}: share of {power.studies} studies that find a difference, ± Monte Carlo error", *lines]
        )
