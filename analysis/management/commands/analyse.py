"""``manage.py analyse``: compute the paper's statistics for a study or a file of judgements, or how human a run is."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from studies.audit import Verb, record
from studies.commands import StudyCommand, find_study

if TYPE_CHECKING:
    from analysis.reporting.portfolio import Portfolio
    from simulation.models import Run
    from studies.models import Study


class Command(StudyCommand):
    help = (
        "Analyse a study, or fit the mixed models to a CSV of judgements (columns participant, generator_user, model, detected "
        "and optionally choice, confidence, utterance_number, duration, pair, goal, domain, flagged), or measure the health "
        "and fidelity of a run and the drift of its characters. "
        "Write results.json, tables, figures and a report."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "judgements", type=Path, nargs="?", help="a CSV of judgements, for example from export_judgements"
        )
        what.add_argument("--study", help="short name of a study, for example rehearsal")
        what.add_argument("--run", metavar="TOKEN", help="token of a run: the last part of the address of its page")
        parser.add_argument(
            "--evaluations",
            type=int,
            nargs="+",
            metavar="NUMBER",
            help="evaluations to count (default: all closed ones); an open evaluation counts only if you name it here",
        )
        parser.add_argument(
            "--by",
            nargs="+",
            choices=("model", "elicitation", "character", "responder_character", "condition"),
            default=["model"],
            metavar="FACTOR",
            help="what the mixed models compare: model, elicitation, character, responder_character, condition, or their "
            "combinations (default: model)",
        )
        parser.add_argument("--out", type=Path, required=True, help="folder to write to")

    def handle(self, *, judgements: Path | None, out: Path, **options: Any) -> None:
        # Imported here because they take seconds to load, and every other command would wait for them.
        from analysis.reporting.portfolio import Unwritable, files_of, write_files
        from analysis.statistics.judgements import BadData

        try:
            portfolio = self._of(judgements, options)
            paths = write_files(files_of(portfolio), out)
        except (BadData, Unwritable) as error:
            raise CommandError(str(error), returncode=2) from error
        if study := _study_of(options):
            record(study, Verb.EXPORTED, "the results of an analysis")
        self.stdout.write(portfolio.text)
        self.stdout.write(f"{len(paths)} files in {out}.")

    def _of(self, judgements: Path | None, options: dict[str, Any]) -> "Portfolio":
        if options["evaluations"] and not options["study"]:
            raise CommandError("--evaluations needs a study. Add --study STUDY, or omit --evaluations.", returncode=2)
        if options["run"]:
            return self._of_run(options["run"])
        return self._of_study(options) if judgements is None else self._of_file(judgements, options["by"])

    def _of_run(self, token: str) -> "Portfolio":
        from analysis.humanness.instructions import instructions_of
        from analysis.humanness.run_humanness import measure_run, portfolio_of_run

        run = _find_run(token)
        instructions = instructions_of(run)
        return portfolio_of_run(run, instructions, measure_run(run, instructions, self._tell))

    def _of_file(self, judgements: Path, factors: Sequence[str]) -> "Portfolio":
        from analysis.reporting.portfolio import portfolio_of
        from analysis.statistics.analysis import analyse
        from analysis.statistics.factors import compare_by, describe_factors, keep_apart
        from analysis.statistics.judgements import read_judgements

        read = read_judgements(judgements)
        factors = keep_apart(read, factors)
        return portfolio_of(analyse(compare_by(read, factors), self._tell), describe_factors(factors))

    def _of_study(self, options: dict[str, Any]) -> "Portfolio":
        from analysis.study.study_analysis import analyse_study

        study, chosen = find_study(options["study"]), options["evaluations"]
        _refuse_unknown(study, chosen or [])
        return analyse_study(study, chosen, self._tell, options["by"]).portfolio

    def _tell(self, step: str) -> None:
        self.stderr.write(f"{step} …")


def _study_of(options: dict[str, Any]) -> "Study | None":
    """Return the study that was analysed; None for a file of judgements."""
    if options["run"]:
        return _find_run(options["run"]).study
    return find_study(options["study"]) if options["study"] else None


def _find_run(token: str) -> "Run":
    from simulation.models import Run

    run = Run.objects.select_related("study").filter(token=token).first()
    if run is None:
        raise CommandError(
            f"There is no run {token!r}. The token is the last part of the address of the run's page.", returncode=2
        )
    return run


def _refuse_unknown(study: "Study", numbers: list[int]) -> None:
    from analysis.study.sources import read_sources

    known = {source.evaluation.number: str(source) for source in read_sources(study, None)}
    for number in numbers:
        if number not in known:
            there = (
                "; ".join(f"{known_number}: {name}" for known_number, name in known.items()) or "none has been opened"
            )
            raise CommandError(f"Study {study.slug!r} has no evaluation {number} to count ({there}).", returncode=2)
