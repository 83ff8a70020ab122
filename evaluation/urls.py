"""URLs of evaluators' pages, and of researchers' pages of evaluations, below their study's or benchmark's."""

from django.urls import include, path

from enrolment.access import in_study
from enrolment.views import nothing_here
from evaluation.evaluators.enrolment import JudgingEnrolment

urlpatterns = [
    path("s/<slug:slug>/judge/<int:number>/", include("evaluation.evaluators.urls")),
    path("s/<slug:slug>/judge/<int:number>/", include("evaluation.judging.urls")),
    path("s/<slug:slug>/judge/<int:number>/", include("evaluation.preview.urls")),
    path("s/<slug:slug>/judge/<int:number>/<path:rest>/", in_study(JudgingEnrolment)(nothing_here)),
    path("studies/<slug:slug>/evaluations/", include("evaluation.research.urls")),
    path("benchmarks/<slug:token>/evaluations/", include("evaluation.benchmarks.urls")),
]
