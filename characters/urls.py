"""URLs of characters and of everything that is made with them."""

from django.urls import include, path

urlpatterns = [
    path("", include("characters.benchmarks.pages.urls")),
    path("", include("characters.pages.urls")),
    path("", include("characters.tries.urls")),
    path("", include("characters.describing.urls")),
    path("", include("characters.context_instruct.urls")),
    path("", include("characters.casting.urls")),
    path("", include("characters.judging.pages.urls")),
    path("", include("characters.tuning.urls")),
]
