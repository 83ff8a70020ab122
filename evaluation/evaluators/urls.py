"""URLs of evaluators' pages, below their evaluation's; those of the judging page are separate."""

from django.urls import path

from enrolment.views import urls_of
from evaluation.evaluators import views
from evaluation.evaluators.enrolment import JudgingEnrolment

urlpatterns = [
    *urls_of(JudgingEnrolment),
    path("start/", views.instruction, name="judge-instruction"),
]
