"""URLs of trials of the elicitations."""

from django.urls import path

from characters.tries import views

urlpatterns = [
    path("elicitations/", views.elicitations, name="elicitations"),
    path("elicitations/try/", views.try_elicitations, name="try-elicitations"),
]
