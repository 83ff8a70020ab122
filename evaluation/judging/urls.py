"""Addresses of the judging page."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
