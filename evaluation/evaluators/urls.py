"""Addresses of evaluators' way."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
