"""``manage.py load_demo``: create the paper's study."""

from typing import Any

from collection.research.opening import NotReady, open_study
from collection.settings_of_studies import DEMO_CHATBOT, DEMO_SUBSTITUTE, load_demo_study
from studies.commands import StudyCommand
from studies.language_models.catalogue import missing_piece, read_catalogue
from studies.language_models.trial import LONG_PATIENCE
from studies.models import Study


class Command(StudyCommand):
    help = "Create the study 'demo' with the paper's ten goals, questionnaire and twenty personas. Safe to repeat."

    def handle(self, *_args: Any, **_options: Any) -> None:
        study = load_demo_study(DEMO_CHATBOT if read_catalogue().is_complete(DEMO_CHATBOT) else DEMO_SUBSTITUTE)
        self.stdout.write(
            f"Study {study.slug!r}: {study.goals.count()} goals, {study.personas.count()} personas, chatbot {study.chatbot}."
        )
        self._tell_what_is_missing(study)
        self._open(study)

    def _tell_what_is_missing(self, study: Study) -> None:
        spec = read_catalogue().models.get(DEMO_CHATBOT)
        if study.chatbot == DEMO_SUBSTITUTE and spec and (lacks := missing_piece(spec)):
            self.stderr.write(f"The chatbot is {DEMO_SUBSTITUTE!r}, because {DEMO_CHATBOT!r} cannot answer. {lacks}")

    def _open(self, study: Study) -> None:
        """Open the demo study the first time; later its researchers decide. Continue if the chatbot does not answer."""
        recruitment = study.recruitment
        if recruitment.is_open or recruitment.chatbot_answered_at is not None:
            return
        try:
            open_study(study, LONG_PATIENCE)
        except NotReady as reason:
            self.stderr.write(str(reason))
