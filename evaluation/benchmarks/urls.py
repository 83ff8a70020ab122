"""URLs of the pages on which researchers let people judge answers, below their benchmark's."""

from django.urls import path

from evaluation.benchmarks import views

urlpatterns = [
    path("", views.evaluations, name="benchmark-evaluations"),
    path("new/", views.new_evaluation, name="new-benchmark-evaluation"),
    path("preview/<str:name>/", views.text_preview, name="benchmark-evaluation-preview"),
    path("<int:number>/", views.evaluation, name="benchmark-evaluation"),
    path("<int:number>/edit/", views.edit_evaluation, name="edit-benchmark-evaluation"),
    path("<int:number>/live/", views.live, name="benchmark-evaluation-live"),
    path("<int:number>/flag/", views.flag, name="benchmark-evaluation-flag"),
]
