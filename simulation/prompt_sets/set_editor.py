"""The form that stores a new version of a prompt set, completely or not at all."""

from typing import Any

from django.contrib.auth.models import User
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dialogue.prompt_file import write_prompts
from dialogue.prompts import AnyPrompts, PromptMistake, PromptSet, ResponderPrompts
from dialogue.seeds import SpeakerName
from simulation.prompt_sets.set_forms import InquirerForm, OpeningRows, ResponderForm
from studies.editor.mistakes import Mistake, list_mistakes, list_row_mistakes
from studies.models import PromptVersion
from studies.prompt_sets.versions import PromptSetRefused, store_version

_PLACES = {"reading": "begin", "stop": "token"}
"""The fields at which a mistake within these tables is shown."""
_MISFITS = {"stop": "rule"}
"""The fields at which it is shown that such a table does not fit the others."""


class SetEditor:
    """The forms for a set of this ``speaker``, pre-filled with ``prompts``; ``data`` is the submitted data, or None.

    ``name`` is that of the set that gets another version; empty for a new set.
    """

    def __init__(
        self, speaker: SpeakerName, prompts: AnyPrompts | None = None, name: str = "", data: Any = None
    ) -> None:
        self.speaker, self.name, self.is_bound = speaker, name, data is not None
        form = InquirerForm if speaker == "inquirer" else ResponderForm
        self.form = form(data, initial=(form.initial_of(prompts) if prompts else {}) | {"name": name})
        opening = prompts.opening if isinstance(prompts, PromptSet) else ()
        rows = [message.model_dump() for message in opening]
        self.opening = OpeningRows(data, initial=rows, prefix="opening") if speaker == "inquirer" else None
        if name:
            self.form.fields["name"].disabled = True

    def read(self) -> AnyPrompts | None:
        """Return the prompt set in the form, or None if it has mistakes; each is then shown at its field."""
        is_valid = self.form.is_valid()
        if self.opening is not None and not self.opening.is_valid():
            is_valid = False
        # Without a name, a set can still be previewed and tried.
        if not is_valid and (set(self.form.errors) != {"name"} or self._has_wrong_rows):
            return None
        try:
            return self._validated()
        except ValidationError as error:
            for mistake in error.errors():
                self._show(mistake)
            return None

    def store(self, author: User) -> PromptVersion | None:
        """Store what the form holds as the latest version, or return None after adding the mistakes to the form."""
        prompts = self.read()
        if prompts is None or not self.form.is_valid():
            return None
        try:
            return store_version(self._free_name(), write_prompts(prompts), author)
        except PromptSetRefused as error:
            self.form.add_error("name", str(error))
            return None

    @property
    def mistakes(self) -> list[Mistake]:
        """Return all mistakes, in the page's order."""
        rows = [] if self.opening is None else list_row_mistakes(self.opening, "opening", "Message", "role")
        return [*(Mistake("", str(error)) for error in self.form.non_field_errors()), *list_mistakes(self.form), *rows]

    @property
    def _has_wrong_rows(self) -> bool:
        return self.opening is not None and not self.opening.is_valid()

    def _free_name(self) -> str:
        """Return the name to store. Raises PromptSetRefused if it is new and taken, so that no one changes another set
        by mistake."""
        name: str = self.name or self.form.cleaned_data["name"]
        if not self.name and PromptVersion.objects.filter(name=name).exists():
            raise PromptSetRefused(f"A prompt set {name!r} already exists. Choose another name, or change that set.")
        return name

    def _validated(self) -> AnyPrompts:
        table = self.form.table
        if self.opening is None:
            return ResponderPrompts.model_validate(table)
        return PromptSet.model_validate(table | {"opening": self.opening.table})

    def _show(self, mistake: ErrorDetails) -> None:
        place, sentence = _place(mistake), _as_sentence(mistake["msg"].removeprefix("Value error, "))
        if place == "opening" and self.opening is not None:
            self.opening.non_form_errors().append(sentence)
        else:
            self.form.add_error(place if place in self.form.fields else None, sentence)


def _place(mistake: ErrorDetails) -> str:
    """Return the field, or "opening", at which a mistake is shown."""
    cause = mistake.get("ctx", {}).get("error")
    if isinstance(cause, PromptMistake):
        return _MISFITS.get(cause.key, cause.key)
    key = str(next(iter(mistake["loc"]), ""))
    return _PLACES.get(key, key)


def _as_sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")
