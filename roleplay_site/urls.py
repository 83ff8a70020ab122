"""The site's URLs."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from roleplay_site.login_forms import AdminLoginForm, LoginForm

admin.site.login_form = AdminLoginForm
urlpatterns = [
    path("", include("roleplay_site.visitors.urls")),
    path("", include("roleplay_site.overview.urls")),
    path("", include("roleplay_site.finding.urls")),
    path("", include("roleplay_site.keeping.urls")),
    path("", include("roleplay_site.history.urls")),
    path("", include("roleplay_site.accounts.urls")),
    path("", include("analysis.urls")),
    path("", include("evaluation.urls")),
    path("", include("simulation.urls")),
    path("", include("characters.urls")),
    path("", include("collection.urls")),
    path("", include("studies.urls")),
    path(
        "login/",
        LoginView.as_view(template_name="login.html", authentication_form=LoginForm, redirect_authenticated_user=True),
        name="login",
    ),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("admin/", admin.site.urls),
]

handler500 = "roleplay_site.serving.views.answer_error"
