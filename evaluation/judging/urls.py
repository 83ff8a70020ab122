"""URLs of the judging page."""

from django.urls import path

from evaluation.judging import views

urlpatterns = [
    path("pairs/", views.judge, name="judge-pairs"),
    path("pairs/<slug:token>/", views.pair, name="judge-pair"),
    path("pairs/<slug:token>/draft/", views.draft, name="judge-draft"),
    path("pairs/<slug:token>/submit/", views.submit, name="judge-submit"),
    path("pairs/<slug:token>/state/", views.state, name="judge-state"),
    path("pairs/<slug:token>/feedback/", views.feedback, name="judge-feedback"),
]
