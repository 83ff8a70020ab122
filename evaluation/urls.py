"""Addresses of evaluators' pages, below their study's, and of researchers' pages of judging."""

from django.urls import include, path

urlpatterns = [
    path("s/<slug:slug>/judge/<int:number>/", include("evaluation.evaluators.urls")),
    path("s/<slug:slug>/judge/<int:number>/", include("evaluation.judging.urls")),
    path("studies/<slug:slug>/evaluations/", include("evaluation.research.urls")),
]
