"""URLs of prompt sets. A reference is the name of a set, or "NAME@VERSION"."""

from django.urls import path

from simulation.prompt_sets import views

urlpatterns = [
    path("prompt-sets/", views.prompt_sets, name="prompt-sets"),
    path("prompt-sets/<str:reference>/", views.prompt_set, name="prompt-set"),
    path("prompt-sets/<str:reference>/toml/", views.prompt_set_file, name="prompt-set-file"),
    path("prompt-sets/<str:reference>/change/", views.change_prompt_set, name="change-prompt-set"),
    path("new-prompt-set/<str:speaker>/", views.new_prompt_set, name="new-prompt-set"),
    path("import-prompt-set/", views.import_prompt_set, name="import-prompt-set"),
    path("prompt-set-scene/", views.prompt_set_scene, name="prompt-set-scene"),
    path("prompt-set-preview/", views.prompt_set_preview, name="prompt-set-preview"),
    path("prompt-set-try/", views.try_prompt_set, name="try-prompt-set"),
]
