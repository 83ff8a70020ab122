"""URLs of researchers' pages of evaluations."""

from django.urls import path

from evaluation.research import views
from evaluation.research.judged import views as judged_views

urlpatterns = [
    path("new/", views.new_evaluation, name="new-evaluation"),
    path("preview/<str:name>/", views.text_preview, name="evaluation-preview"),
    path("questions/", views.questions_preview, name="evaluation-questions-preview"),
    path("<int:number>/", views.evaluation, name="evaluation"),
    path("<int:number>/edit/", views.edit_evaluation, name="edit-evaluation"),
    path("<int:number>/live/", views.evaluation_live, name="evaluation-live"),
    path("<int:number>/rates/", views.evaluation_rates, name="evaluation-rates"),
    path("pairs/", judged_views.pairs_of_study, name="judged-pairs"),
    path("<int:number>/pairs/", judged_views.pairs_of_evaluation, name="evaluation-pairs"),
    path("<int:number>/pairs/<str:token>/", judged_views.pair, name="judged-pair"),
    path("<int:number>/flag/", views.flag, name="evaluation-flag"),
    path("<int:number>/judge-runs/", views.judge_runs, name="evaluation-judge-runs"),
    path("<int:number>/data/<str:name>", views.download, name="evaluation-download"),
]
