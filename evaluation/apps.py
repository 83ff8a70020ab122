"""The app, and its receivers of other apps' signals."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"

    def ready(self) -> None:
        from evaluation.judging.rendered_texts import forget_texts
        from evaluation.participant_withdrawals import forget_person
        from studies.signals import persona_leaving

        persona_leaving.connect(forget_person, dispatch_uid="evaluation.forget_person")
        persona_leaving.connect(forget_texts, dispatch_uid="evaluation.forget_texts")
