"""URLs of a preview, below its evaluation's."""

from django.urls import path

from evaluation.preview import views

urlpatterns = [
    path("preview/", views.welcome, name="judge-preview"),
    path("preview/start/", views.instruction, name="judge-preview-instruction"),
    path("preview/pairs/<int:position>/", views.pair, name="judge-preview-pair"),
    path("preview/pairs/<int:position>/draft/", views.draft, name="judge-preview-draft"),
    path("preview/pairs/<int:position>/feedback/", views.feedback, name="judge-preview-feedback"),
    path("preview/end/", views.end, name="judge-preview-end"),
]
