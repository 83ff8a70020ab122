"""Addresses of researchers' pages of collecting, of participants' pages and of their chat."""

from django.urls import include, path

from collection.participation.views import nothing_here

urlpatterns = [
    path("", include("collection.research.urls")),
    path("", include("collection.chat.urls")),
    path("s/<slug:slug>/", include("collection.participation.urls")),
    path("s/<slug:slug>/<path:rest>/", nothing_here),
]
