"""Addresses of researchers' pages of judging."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
