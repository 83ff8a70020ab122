"""Addresses of participants' pages, all below the study's own: the cookie that names them goes nowhere else."""

from django.urls import path

from collection.participation import preview, views

urlpatterns = [
    path("", views.welcome, name="welcome"),
    path("consent/", views.consent, name="consent"),
    path("preview/", preview.welcome, name="preview"),
    path("preview/form/", preview.persona_form, name="preview-form"),
    path("preview/start/", preview.instruction, name="preview-instruction"),
    path("p/<str:token>/", views.personal_link, name="personal-link"),
    path("form/", views.persona_form, name="persona-form"),
    path("start/", views.instruction, name="instruction"),
    path("return/", views.come_back, name="come-back"),
    path("chat/<slug:token>/next/", views.next_goal, name="next-goal"),
    path("end/", views.end, name="end"),
    path("withdraw/", views.withdraw, name="withdraw"),
    path("data/", views.my_data, name="my-data"),
]
