"""URLs of participants' pages, all below the study's address."""

from django.urls import path

from collection.participation import preview, views
from collection.participation.enrolment import ChatEnrolment
from enrolment.views import urls_of

urlpatterns = [
    *urls_of(ChatEnrolment),
    path("preview/", preview.welcome, name="preview"),
    path("preview/<slug:page>/", preview.page, name="preview-page"),
    path("form/", views.persona_form, name="persona-form"),
    path("start/", views.instruction, name="instruction"),
    path("questions/", views.survey, name="survey"),
    path("return/", views.come_back, name="come-back"),
    path("chat/<slug:token>/next/", views.next_goal, name="next-goal"),
]
