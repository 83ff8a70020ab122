"""Addresses of evaluators' pages, below their study's, and of researchers' pages of judging."""

from django.urls import include, path

from evaluation.evaluators.views import nothing_here

urlpatterns = [
    path("s/<slug:slug>/judge/<int:number>/", include("evaluation.evaluators.urls")),
    path("s/<slug:slug>/judge/<int:number>/", include("evaluation.judging.urls")),
    path("s/<slug:slug>/judge/<int:number>/<path:rest>/", nothing_here),
    path("studies/<slug:slug>/evaluations/", include("evaluation.research.urls")),
]
