"""App configuration: connect withdrawals to the deletion of reports that count them. Load no heavy library here."""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "analysis"

    def ready(self) -> None:
        from analysis.humanness.reports import forget_reports_on as forget_humanness_of
        from analysis.study.reports import forget_reports_by, forget_reports_on
        from evaluation.signals import evaluator_leaving
        from studies.signals import persona_leaving

        persona_leaving.connect(forget_reports_on, dispatch_uid="analysis.forget_reports_on")
        persona_leaving.connect(forget_humanness_of, dispatch_uid="analysis.forget_humanness_of")
        evaluator_leaving.connect(forget_reports_by, dispatch_uid="analysis.forget_reports_by")
