"""URLs of characters."""

from django.urls import path

from characters.pages import views

urlpatterns = [
    path("characters/", views.characters, name="characters"),
    path("characters/<slug:token>/", views.character, name="character"),
    path("characters/<slug:token>/change/", views.change_character, name="change-character"),
    path("characters/<slug:token>/delete/", views.delete_character, name="delete-character"),
    path("new-character/", views.new_character, name="new-character"),
    path("import-character/", views.import_character, name="import-character"),
]
