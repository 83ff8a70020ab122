"""The forms of the two login pages."""

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.forms import TextInput

MAX_LENGTH = 150
"""The longest user name that Django stores, also in the table of failed logins."""


class LoginForm(AuthenticationForm):
    """Refuse an impossible name before anything is looked up or counted."""

    username = UsernameField(max_length=MAX_LENGTH, widget=TextInput(attrs={"autofocus": True}))


class AdminLoginForm(AdminAuthenticationForm):
    """Do the same on the admin's login page."""

    username = UsernameField(max_length=MAX_LENGTH, widget=TextInput(attrs={"autofocus": True}))
