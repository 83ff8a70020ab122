"""The forms of the two login pages."""

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.forms import TextInput

MAX_LENGTH = 150
"""The longest user name that Django stores; the database of failed logins takes no longer ones either."""


class LoginForm(AuthenticationForm):
    """Refuses a name that nobody can have before anything is looked up or counted."""

    username = UsernameField(max_length=MAX_LENGTH, widget=TextInput(attrs={"autofocus": True}))


class AdminLoginForm(AdminAuthenticationForm):
    """The same for the admin's own page."""

    username = UsernameField(max_length=MAX_LENGTH, widget=TextInput(attrs={"autofocus": True}))
