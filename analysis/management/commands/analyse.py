"""``manage.py analyse``: compute the paper's statistics for a study or for a file of judgements."""

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from studies.commands import StudyCommand, find_study

if TYPE_CHECKING:
    from analysis.reporting.portfolio import Portfolio
    from studies.models import Study


class Command(StudyCommand):
    help = (
        "Analyse a study, or fit the mixed models to a CSV of judgements (columns participant, generator_user, model, detected "
        "and optionally choice, confidence, utterance_number, duration, pair, goal, domain, flagged). "
        "Write results.json, tables, figures and a report."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "judgements", type=Path, nargs="?", help="a CSV of judgements, for example from export_judgements"
        )
        what.add_argument("--study", help="short name of a study, for example rehearsal")
        parser.add_argument(
            "--evaluations",
            type=int,
            nargs="+",
            metavar="NUMBER",
            help="evaluations to count (default: all closed ones); an open evaluation counts only if you name it here",
        )
        parser.add_argument("--out", type=Path, required=True, help="folder to write to")

    def handle(self, *, judgements: Path | None, out: Path, **options: Any) -> None:
        # Imported here because they take seconds to load, and every other command would wait for them.
        from analysis.reporting.portfolio import Unwritable, files_of, write_files
        from analysis.statistics.judgements import BadData

        try:
            portfolio = self._of_study(options) if judgements is None else self._of_file(judgements, options)
            paths = write_files(files_of(portfolio), out)
        except (BadData, Unwritable) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(portfolio.text)
        self.stdout.write(f"{len(paths)} files in {out}.")

    def _of_file(self, judgements: Path, options: dict[str, Any]) -> "Portfolio":
        from analysis.reporting.portfolio import portfolio_of
        from analysis.statistics.analysis import analyse
        from analysis.statistics.judgements import read_judgements

        if options["evaluations"]:
            raise CommandError("--evaluations needs a study. Add --study STUDY, or omit --evaluations.", returncode=2)
        return portfolio_of(analyse(read_judgements(judgements), self._tell))

    def _of_study(self, options: dict[str, Any]) -> "Portfolio":
        from analysis.study.study_analysis import analyse_study

        study, chosen = find_study(options["study"]), options["evaluations"]
        _refuse_unknown(study, chosen or [])
        return analyse_study(study, chosen, self._tell).portfolio

    def _tell(self, step: str) -> None:
        self.stderr.write(f"{step} …")


def _refuse_unknown(study: "Study", numbers: list[int]) -> None:
    from analysis.study.sources import read_sources

    known = {source.evaluation.number: str(source) for source in read_sources(study, None)}
    for number in numbers:
        if number not in known:
            there = (
                "; ".join(f"{known_number}: {name}" for known_number, name in known.items()) or "none has been opened"
            )
            raise CommandError(f"Study {study.slug!r} has no evaluation {number} to count ({there}).", returncode=2)
