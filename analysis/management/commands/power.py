"""``manage.py power``: how likely a study of some size finds assumed differences."""

import json
import os
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

if TYPE_CHECKING:
    from analysis.power import Power

PAPER = {"Llama-2": 0.665, "Mixtral": 0.56, "Vicuna": 0.775, "GPT4": 0.65}
"""Rates of detection in table 3."""


class Command(BaseCommand):
    help = (
        "Draws studies from assumed rates of detection, analyses each as a real one, and says how often the differences are "
        "found. Without rates: those of the paper's four models."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rate",
            action="append",
            type=_rate,
            metavar="MODEL=RATE",
            help="how often a model is detected, for example mixtral=0.56; once for each model",
        )
        parser.add_argument("--evaluators", type=int, default=20, help="how many judge (default: 20)")
        parser.add_argument("--pairs", type=int, default=40, help="pairs for each of them (default: 40)")
        parser.add_argument("--people", type=int, default=20, help="how many chatted (default: 20)")
        parser.add_argument("--evaluator-sd", type=float, default=0.5, help="of evaluators' log-odds (default: 0.5)")
        parser.add_argument("--person-sd", type=float, default=0.3, help="of people's log-odds (default: 0.3)")
        parser.add_argument("--studies", type=int, default=500, help="how many to draw (default: 500)")
        parser.add_argument("--seed", type=int, default=73, help="the same seed draws the same studies (default: 73)")
        parser.add_argument("--adjust", choices=["none", "holm", "tukey"], default="none", help="pairwise p values")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="at once (default: all cores)")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")

    def handle(self, **options: Any) -> None:
        from analysis.power import ImpossiblePlan, StudyPlan, simulate_studies, summarise

        sizes = {name: options[name] for name in ("evaluators", "pairs", "people", "evaluator_sd", "person_sd")}
        try:
            plan = StudyPlan(dict(options["rate"] or PAPER), **sizes)
        except ImpossiblePlan as error:
            raise CommandError(str(error), returncode=2) from error
        if min(options["studies"], options["processes"]) < 1:
            raise CommandError("Draw at least one study, in at least one process.", returncode=2)
        drawn = simulate_studies(plan, options["studies"], options["seed"], options["adjust"], options["processes"])
        power = summarise(list(tqdm(drawn, total=options["studies"], unit="study")))
        self.stdout.write(json.dumps(_as_object(power)) if options["json"] else _in_words(power))


def _rate(text: str) -> tuple[str, float]:
    name, _, rate = text.rpartition("=")
    try:
        return name or _refuse(text), float(rate)
    except ValueError:
        return _refuse(text), 0.0


def _refuse(text: str) -> str:
    raise ArgumentTypeError(f"{text!r} is no rate: write MODEL=RATE, for example mixtral=0.56")


def _as_object(power: "Power") -> dict[str, Any]:
    contrasts = [{"a": a, "b": b, "power": share} for (a, b), share in power.contrasts.items()]
    return asdict(power) | {"contrasts": contrasts}


def _in_words(power: "Power") -> str:
    told = [f"Any difference between the models: {_share(power, power.overall)}"]
    told += [f"{a} and {b}: {_share(power, share)}" for (a, b), share in power.contrasts.items()]
    failed = [f"{power.failed} studies could not be analysed: they count as finding nothing."] if power.failed else []
    return "\n".join([f"Found in so many of {power.studies} studies, ± the error of simulating:", *told, *failed])


def _share(power: "Power", share: float) -> str:
    return f"{100 * share:.1f}% ± {100 * power.error(share):.1f}"
