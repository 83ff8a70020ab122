"""URLs of the section about a character's description."""

from django.urls import path

from characters.describing import views

urlpatterns = [path("characters/<slug:token>/description/", views.description, name="character-description")]
