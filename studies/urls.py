"""URLs of studies and dialogues."""

from django.urls import include, path

from studies import views
from studies.editor import views as editor
from studies.editor.steps import STOPS

urlpatterns = [
    path("", include("studies.lists.urls")),
    path("", include("studies.persona_pages.urls")),
    path("new-study/", editor.new_study, name="new-study"),
    path("new-study/questions/", editor.questions_preview, name="questions-preview"),
    path("new-study/preview/<str:name>/", editor.text_preview, name="text-preview"),
    path("studies/<slug:slug>/edit/", editor.edit_study, {"name": "study"}, name="edit-study"),
    *(
        path(f"studies/<slug:slug>/edit/{name}/", editor.edit_study, {"name": name}, name=stop.route)
        for name, stop in STOPS.items()
        if name != "study"
    ),
    path("studies/<slug:slug>/copy/", editor.copy, name="copy-study"),
    path("dialogues/<slug:token>/annotations/", views.annotate, name="annotations"),
    path("dialogues/<slug:token>/after/<int:shown>/", views.dialogue_news, name="dialogue-news"),
]
