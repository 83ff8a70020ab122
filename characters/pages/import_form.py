"""The form that stores a character from a script, or characters from published descriptions."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from characters.imports.descriptions import parse_texts, store_descriptions
from characters.imports.limits import LONGEST_LABEL, LONGEST_NAME
from characters.imports.profiles import store_profile
from characters.models import Character
from characters.profiles import LANGUAGE_NAMES
from characters.refusals import CharacterRefused
from characters.uploads import MOST_MEGABYTES, UploadField
from rolellm.languages import LANGUAGES
from rolellm.profiles import make_profile
from rolellm.roles import Role
from rolellm.scripts.reading import parse_script
from rolellm.scripts.turns import UnreadableScript
from studies.editor.fields import Lines


class ImportForm(forms.Form):
    """A file with the role's name and aliases."""

    file = UploadField(
        command="characters import FILE --name NAME",
        label="Script",
        help_text=f"UTF-8 text of a play, screenplay or transcript, or profile rows (.jsonl), of at most {MOST_MEGABYTES} MB. "
        "Published descriptions (.json) need none of the fields below.",
    )
    name = forms.CharField(
        label="Name",
        max_length=LONGEST_NAME,
        required=False,
        help_text="The character's name. It also counts as a label in the script.",
    )
    aliases = Lines(
        required=False, rows=3, help_text="Other labels under which the role speaks, one per line, for example MARCIUS."
    )
    title = forms.CharField(label="Title of the script", max_length=200, required=False)
    language = forms.ChoiceField(
        required=False, choices=[("", "detect"), *((code, LANGUAGE_NAMES[code]) for code in LANGUAGES)]
    )
    replace = forms.BooleanField(
        required=False,
        label="Replace a stored profile or description",
        help_text="A new profile keeps the description and its audit. A new description is not audited.",
    )

    def __init__(self, data: Any = None, files: Any = None, character: Character | None = None) -> None:
        """Pre-fill the form with the ``character`` whose script is to be read again."""
        super().__init__(data, files, initial=_read_again(character) if character else None, label_suffix="")

    def store(self, author: User) -> list[Character] | None:
        """Store what the file holds and return the characters, or None after adding the mistake to the form."""
        if not self.is_valid():
            return None
        try:
            return self._store(author)
        except (UnreadableScript, CharacterRefused) as error:
            self.add_error("file", str(error))
            return None

    def _store(self, author: User) -> list[Character]:
        values = self.cleaned_data
        name, content = values["file"].name, values["file"].read()
        if name.lower().endswith(".json"):
            texts = parse_texts(content, name)
            return [each.character for each in store_descriptions(texts, author=author, replace=values["replace"])]
        if not values["name"]:
            raise CharacterRefused("A script has many roles. Type the name of the role, and choose the file again.")
        role = Role(values["name"], tuple(values["aliases"]))
        profile = make_profile(parse_script(content, name), role, values["language"] or None)
        stored = store_profile(profile, source=name, script=values["title"], author=author, replace=values["replace"])
        return [stored.character]

    def clean_aliases(self) -> list[str]:
        aliases: list[str] = self.cleaned_data["aliases"]
        if any(len(alias) > LONGEST_LABEL for alias in aliases):
            raise forms.ValidationError(f"A label has at most {LONGEST_LABEL} characters. Shorten it.")
        return aliases


def _read_again(character: Character) -> dict[str, Any]:
    return {"name": character.name, "aliases": character.aliases, "title": character.script, "replace": True}
