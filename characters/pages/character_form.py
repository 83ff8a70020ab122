"""The form that writes a character by hand, or changes who it is."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from characters.imports.limits import LONGEST_NAME, check_name
from characters.models import Character
from characters.profiles import LANGUAGE_NAMES
from characters.refusals import CharacterRefused
from rolellm.languages import LANGUAGES
from rolellm.roles import AmbiguousAlias, Role
from studies.editor.fields import Lines, LongText
from studies.storable_text import storable

_FIELDS = ("language", "script", "description", "catchphrases", "aliases", "is_machine")


class CharacterForm(forms.Form):
    """Who a character is. Its name and the language of its profile stay, because the profile depends on them."""

    name = forms.CharField(max_length=LONGEST_NAME)
    language = forms.ChoiceField(choices=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES])
    script = forms.CharField(label="Title of the script", max_length=200, required=False)
    description = LongText(
        required=False, rows=8, help_text="In the second person, as a prompt gives it to the model: “You are …”."
    )
    catchphrases = Lines(required=False, rows=3, help_text="One per line, without quotation marks.")
    aliases = Lines(
        required=False,
        rows=3,
        help_text="Labels under which the role speaks in its script, one per line. They take effect when you read the script "
        "again, for which you need its file.",
    )
    is_machine = forms.BooleanField(
        required=False,
        label="The character is a machine",
        help_text="A robot or computer may say that it is one. Answers of other characters that do so count as faulty.",
    )

    def __init__(self, data: Any = None, character: Character | None = None) -> None:
        self.character = character
        initial = {field: getattr(character, field) for field in ("name", *_FIELDS)} if character else None
        super().__init__(data, initial=initial, label_suffix="")
        if character:
            del self.fields["name"]
            self.fields["language"].disabled = bool(character.counts)

    def clean_name(self) -> str:
        try:
            name = check_name(storable(self.cleaned_data["name"]))
        except CharacterRefused as error:
            raise forms.ValidationError(str(error)) from error
        if Character.objects.filter(name=name).exists():
            raise forms.ValidationError(
                f"A character {name!r} is already stored. Choose another name, or change that one."
            )
        return name

    def clean_aliases(self) -> list[str]:
        aliases: list[str] = self.cleaned_data["aliases"]
        try:
            Role("", tuple(aliases))
        except AmbiguousAlias as error:
            raise forms.ValidationError(str(error)) from error
        return aliases

    def store(self, author: User) -> Character | None:
        """Store the character, or return None if the form has a mistake."""
        if not self.is_valid():
            return None
        character = self.character or Character(name=self.cleaned_data["name"], created_by=author)
        for field in _FIELDS:
            setattr(character, field, _storable(self.cleaned_data[field]))
        character.save(update_fields=[*_FIELDS, "changed_at"] if self.character else None)
        return character


def _storable(value: Any) -> Any:
    if isinstance(value, list):
        return [storable(text) for text in value]
    return storable(value) if isinstance(value, str) else value
