"""Addresses of evaluators' way, all below their evaluation's own: the cookie that names them goes nowhere else."""

from django.urls import path

from evaluation.evaluators import views

urlpatterns = [
    path("", views.welcome, name="judge-welcome"),
    path("consent/", views.consent, name="judge-consent"),
    path("p/<str:token>/", views.personal_link, name="judge-personal-link"),
    path("start/", views.instruction, name="judge-instruction"),
    path("end/", views.end, name="judge-end"),
    path("withdraw/", views.withdraw, name="judge-withdraw"),
    path("data/", views.my_data, name="judge-data"),
]
