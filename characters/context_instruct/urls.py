"""URLs of Context-Instruct."""

from django.urls import path

from characters.context_instruct import views

urlpatterns = [
    path("characters/<slug:token>/context-instruct/", views.context_instruct, name="context-instruct"),
    path("characters/<slug:token>/context-instruct/jobs/", views.jobs, name="context-instruct-jobs"),
    path("characters/<slug:token>/context-instruct/<slug:job>/", views.triplets, name="triplets"),
    path("characters/<slug:token>/context-instruct/<slug:job>/export/", views.export, name="export-triplets"),
]
