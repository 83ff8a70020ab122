"""Forms of accounts."""

from django import forms
from django.contrib.auth.models import User

from roleplay_site.accounts.rights import RIGHTS


class RightsForm(forms.Form):
    """What an account may do."""

    rights = forms.MultipleChoiceField(
        choices=list(RIGHTS.items()), widget=forms.CheckboxSelectMultiple, required=False, label="This user may"
    )


class NewAccountForm(RightsForm):
    """A new account."""

    name = User._meta.get_field("username").formfield(
        label="User name",
        help_text="Letters, digits and @ . + - _",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("name", "rights")

    def clean_name(self) -> str:
        """Refuse the name of another account, whatever its case. Names are stored in Unicode's compatible form."""
        name: str = User.normalize_username(self.cleaned_data["name"])
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(f"There is already a user {name}. Choose another name.")
        return name
