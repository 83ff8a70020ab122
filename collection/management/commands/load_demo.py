"""``manage.py load_demo``: the paper's study."""

from typing import Any

from collection.commands import StudyCommand
from collection.services import load_demo_study


class Command(StudyCommand):
    help = "Creates the study 'demo': the paper's ten goals, questionnaire and twenty personas. Safe to repeat."

    def handle(self, *_args: Any, **_options: Any) -> None:
        study = load_demo_study(chatbot="tiny")
        self.stdout.write(
            f"Study {study.slug!r}: {study.goals.count()} goals, {study.personas.count()} personas, chatbot {study.chatbot}."
        )
