"""URLs of accounts."""

from django.urls import path

from roleplay_site.accounts import views

urlpatterns = [
    path("users/", views.accounts, name="accounts"),
    path("users/<int:pk>/", views.one_account, name="one-account"),
    path("login/new/<str:uidb64>/<str:token>/", views.ChoosePassword.as_view(), name="choose-password"),
]
