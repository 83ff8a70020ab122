"""URL of the page on which a study is archived, restored and deleted."""

from django.urls import path

from roleplay_site.keeping import views

urlpatterns = [path("studies/<slug:slug>/keeping/", views.keeping, name="keeping")]
