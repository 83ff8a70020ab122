"""``manage.py load_rehearsal``: a made-up study, to try judging and analysing."""

from typing import Any

from evaluation.rehearsal.loading import load_rehearsal
from studies.commands import StudyCommand
from studies.models import Dialogue


class Command(StudyCommand):
    help = (
        "Creates the study 'rehearsal': made-up people, dialogues and judgements, to try judging and analysing before there "
        "are any data. Safe to repeat."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        study = load_rehearsal()
        natural = study.dialogues.filter(kind=Dialogue.Kind.NATURAL).count()
        self.stdout.write(
            f"Study {study.slug!r}, made up for rehearsing: {natural} dialogues of people, {study.runs.count()} runs, "
            f"{study.evaluations.count()} evaluations."
        )
