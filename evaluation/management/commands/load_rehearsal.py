"""``manage.py load_rehearsal``: create a synthetic study for trying out judging and analysis without collecting data."""

from typing import Any

from evaluation.rehearsal.loading import load_rehearsal
from studies.commands import StudyCommand
from studies.models import Dialogue


class Command(StudyCommand):
    help = (
        "Create the study 'rehearsal' with synthetic people, dialogues and judgements, to try judging and analysis before you "
        "have data. Safe to repeat."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        study = load_rehearsal()
        natural = study.dialogues.filter(kind=Dialogue.Kind.NATURAL).count()
        self.stdout.write(
            f"Study {study.slug!r} (synthetic, for trying out the software): {natural} natural dialogues, "
            f"{study.runs.count()} runs, {study.evaluations.count()} evaluations."
        )
