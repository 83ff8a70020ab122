"""URLs of characters in studies."""

from django.urls import path

from characters.casting import views

urlpatterns = [path("characters/<slug:token>/cast/", views.cast_character, name="cast-character")]
