"""Addresses of evaluators' pages, all below their evaluation's own; those of judging are apart."""

from django.urls import path

from enrolment.views import urls_of
from evaluation.evaluators import views
from evaluation.evaluators.enrolment import JudgingEnrolment

urlpatterns = [
    *urls_of(JudgingEnrolment),
    path("start/", views.instruction, name="judge-instruction"),
]
