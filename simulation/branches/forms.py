"""The form for a branch."""

from typing import Any

from django import forms

from dialogue.seeds import SPEAKERS
from simulation.branches.consent import holds_peoples_words
from simulation.branches.origins import Origin
from simulation.branches.requests import LONGEST_UTTERANCE, BranchRequest
from simulation.requests import MOST_SEED, MOST_TURNS
from studies.editor.fields import LongText
from studies.language_models.catalogue import name_with_shortcoming, provider_of, read_catalogue
from studies.models import Dialogue, new_token
from studies.prompt_sets.library import list_choices

_CONSENT = "Participants have consented that {} may receive what they wrote, if a chosen model sends it there"
_SAME_PROMPTS = "as before, or those of the new model"


class BranchForm(forms.Form):
    """What a branch of the dialogue at ``turn`` changes; fields that are left alone change nothing."""

    persona = forms.ChoiceField(required=False)
    inquirer = forms.ChoiceField(required=False)
    inquirer_prompts = forms.ChoiceField(label="Inquirer’s prompt set", required=False)
    responder = forms.ChoiceField(required=False)
    responder_prompts = forms.ChoiceField(label="Responder’s prompt set", required=False)
    seed = forms.IntegerField(required=False, min_value=0, max_value=MOST_SEED)
    max_turns = forms.IntegerField(label="Turn limit", required=False, min_value=1, max_value=MOST_TURNS)
    is_edited = forms.BooleanField(label="Replace the inquirer’s utterance", required=False)
    utterance = LongText(rows=4, max_length=LONGEST_UTTERANCE, required=False)
    has_consent = forms.BooleanField(required=False)
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, parent: Dialogue, turn: int, origin: Origin, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self._turn = turn
        self.fields["key"].initial = new_token()
        catalogue = read_catalogue()
        for speaker in SPEAKERS:
            offered = [
                (spec.name, _named(spec.name, name_with_shortcoming(spec))) for spec in catalogue.playing(speaker)
            ]
            self._offer(speaker, _played_by(origin.described(speaker)), offered)
            self._offer(f"{speaker}_prompts", _SAME_PROMPTS, list_choices(speaker))
            self.fields[speaker].required = origin.described(speaker) is None
            self.fields[speaker].error_messages["required"] = f"Choose the model that continues as {speaker}."
        providers = dict.fromkeys(filter(None, map(provider_of, catalogue.models)))
        self.needs_consent = bool(providers) and turn > 1 and holds_peoples_words(parent)
        self.fields["has_consent"].label = _CONSENT.format(" and ".join(providers))
        others = parent.study.personas.exclude(pk=parent.persona_id).order_by("code")
        alike = others.filter(character__isnull=not parent.persona.is_character)
        codes = alike.values_list("code", flat=True)
        self._offer("persona", f"{parent.persona.code}, as before", [(code, code) for code in codes])
        self.fields["seed"].help_text = f"Leave empty to keep {origin.seed}."
        self.fields["max_turns"].help_text = f"Includes the shared turns. Leave empty to keep {origin.max_turns}."
        self.fields["utterance"].label = f"Utterance of turn {turn}"
        said = parent.turns.filter(position=turn - 1).values_list("utterance", flat=True).first()
        self.fields["utterance"].initial = said or ""

    def to_request(self) -> BranchRequest:
        """Return what the valid form asks for. Raises RequestError."""
        values = dict(self.cleaned_data)
        is_edited, utterance = values.pop("is_edited"), values.pop("utterance")
        return BranchRequest(self._turn, utterance=utterance if is_edited else None, **values)

    def _offer(self, name: str, unchanged: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", unchanged), *choices]


def _played_by(described: dict[str, Any] | None) -> str:
    return f"{_named(described['model'], described['model'])}, as before" if described else "choose a model"


def _named(model: str, words: str) -> str:
    """Return the ``words`` for a model with the provider that receives the dialogue, if it does not run here."""
    provider = provider_of(model)
    return f"{words} (sends the dialogue to {provider})" if provider else words
