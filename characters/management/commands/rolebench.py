"""``manage.py rolebench``: benchmarks in RoleBench's format, the answers of models, and their scores."""

from argparse import ArgumentParser
from types import ModuleType
from typing import Any

from django.core.management.base import CommandError

from characters.benchmarks.refusals import BenchmarkRefused
from characters.management.benchmarks import add, answer, export, judge, load, remove, score
from rolellm.rolebench.rows import UnreadableBenchmark
from studies.commands import StudyCommand

_ACTIONS: dict[str, tuple[ModuleType, str]] = {
    "load": (load, "store a benchmark from RoleBench's folders, an export, or a file"),
    "add": (add, "add answers from a file, such as another system's"),
    "answer": (answer, "let a model answer a benchmark as its characters"),
    "score": (score, "score stored answers, or a file of predictions, by ROUGE-L in two definitions"),
    "remove": (remove, "delete a benchmark, or one answer set"),
    "export": (export, "write several answers to each row as general rows of RoleBench, cleaned"),
    "judge": (judge, "let a model rank the answers of models, each pair in both orders"),
}


class Command(StudyCommand):
    help = (
        "Load benchmarks in RoleBench's format, let models answer them as characters, and score and judge the answers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="|".join(_ACTIONS))
        for name, (action, what) in _ACTIONS.items():
            action.add_arguments(actions.add_parser(name, help=what))

    def handle(self, **options: Any) -> None:
        action, _ = _ACTIONS[options["action"]]
        try:
            for line in action.run(options):
                self.stdout.write(line)
        except (UnreadableBenchmark, BenchmarkRefused) as error:
            raise CommandError(str(error), returncode=2) from error
