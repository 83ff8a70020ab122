"""URLs of the pages on which researchers let people judge answers, below their benchmark's."""

from django.urls import path

from evaluation.benchmarks import views

urlpatterns = [
    path("", views.evaluations, name="benchmark-evaluations"),
    path("new/", views.new_evaluation, name="new-benchmark-evaluation"),
    path("closed/", views.closed_results, name="benchmark-evaluations-closed"),
    path("preview/<str:name>/", views.text_preview, name="benchmark-evaluation-preview"),
    path("<int:number>/", views.evaluation, name="benchmark-evaluation"),
    path("<int:number>/edit/", views.edit_evaluation, name="edit-benchmark-evaluation"),
    path("<int:number>/live/", views.live, name="benchmark-evaluation-live"),
    path("<int:number>/flag/", views.flag, name="benchmark-evaluation-flag"),
    path("<int:number>/results/", views.results, name="benchmark-evaluation-results"),
    path("<int:number>/results/<slug:name>.<slug:ending>", views.table, name="benchmark-evaluation-table"),
    path("<int:number>/data/<str:name>", views.download, name="benchmark-evaluation-download"),
]
