"""URLs of researchers' pages for collecting, of participants' pages and of their chat."""

from django.urls import include, path

from collection.chat.views import chat, chat_turn
from collection.participation.enrolment import ChatEnrolment
from enrolment.access import in_study
from enrolment.views import nothing_here

urlpatterns = [
    path("", include("collection.research.urls")),
    path("s/<slug:slug>/chat/", chat, name="chat"),
    path("s/<slug:slug>/chat/<slug:token>/turns/<int:position>/", chat_turn, name="chat-turn"),
    path("s/<slug:slug>/", include("collection.participation.urls")),
    path("s/<slug:slug>/<path:rest>/", in_study(ChatEnrolment)(nothing_here)),
]
