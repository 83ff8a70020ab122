"""URLs of a study's personas."""

from django.urls import path

from studies.persona_pages import views

urlpatterns = [
    path("studies/<slug:slug>/personas/", views.personas, name="personas"),
    path("studies/<slug:slug>/personas/new/", views.add_persona, name="add-persona"),
    path("studies/<slug:slug>/personas/<int:pk>/", views.edit_persona, name="edit-persona"),
    path("studies/<slug:slug>/personas/<int:pk>/remove/", views.delete_persona, name="remove-persona"),
]
