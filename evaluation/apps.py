"""The app, and its receivers of other apps' signals."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"

    def ready(self) -> None:
        from characters.signals import answers_leaving, judged_elsewhere
        from evaluation.answer_removals import keep_judged_answers
        from evaluation.benchmarks.findings import find_what_people_judged
        from evaluation.judging.rendered_texts import forget_texts
        from evaluation.participant_withdrawals import forget_person
        from studies.signals import persona_leaving

        persona_leaving.connect(forget_person, dispatch_uid="evaluation.forget_person")
        persona_leaving.connect(forget_texts, dispatch_uid="evaluation.forget_texts")
        answers_leaving.connect(keep_judged_answers, dispatch_uid="evaluation.keep_judged_answers")
        judged_elsewhere.connect(find_what_people_judged, dispatch_uid="evaluation.find_what_people_judged")
