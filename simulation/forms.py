"""The form for new runs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from django import forms

from dialogue.personas import name_feature
from dialogue.prompts import foreign_inquirer
from dialogue.seeds import SPEAKERS, SpeakerName
from rolellm.elicitation import ELICITATIONS
from simulation.ablation import ABLATION, chosen_conditions, sentence_features
from simulation.budgets import parse_budget
from simulation.condition_chatbots import with_chatbot
from simulation.requests import MOST_AT_ONCE, MOST_TURNS, RequestError, RunRequest, parse_numbers
from simulation.roles import DEFAULT
from studies.language_models.catalogue import Catalogue, read_catalogue
from studies.models import Goal, Persona, Study
from studies.presentation import describe_model
from studies.prompt_sets.library import list_choices
from studies.roles import ELICITATION_CHOICES

CONCURRENCY_HELP = (
    "Over all workers. Leave it empty for the automatic number: 16 on each worker with a local model, and with API models only "
    "as many as “requests” in models.toml allows."
)
_MISSING: dict[SpeakerName, str] = {
    "inquirer": "Choose at least one inquirer.",
    "responder": "Choose the responder.",
}
AS_CONFIGURED = "as models.toml says for each model"
LISTED, PARTICIPANTS, SOME, CHARACTERS = "listed", "participants", "some", "characters"
CONDITION = "condition: "
"""Precedes the name of a condition in the choice of a responder. No name of a model contains it."""


@dataclass(frozen=True, slots=True)
class RunChoices:
    """The choices for new runs of the study: models of the catalogue, goals by number, personas by code, and prompt sets with
    their names by speaker."""

    study: Study
    catalogue: Catalogue
    goals: list[Goal]
    personas: list[Persona]
    prompts: Mapping[SpeakerName, list[tuple[str, str]]]


def read_choices(study: Study) -> RunChoices:
    """Return the current choices from the study and models.toml."""
    goals = study.goals.order_by("number")
    personas = study.personas.select_related("character").defer("character__pairs").order_by("code")
    prompts = {speaker: list_choices(speaker) for speaker in SPEAKERS}
    return RunChoices(study, read_catalogue(), list(goals), list(personas), prompts)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much a form requests: ``runs``, each with a dialogue for every persona, goal and seed."""

    runs: int
    personas: int
    goals: int
    seeds: int

    @property
    def dialogues_per_run(self) -> int:
        return self.personas * self.goals * self.seeds

    @property
    def dialogues(self) -> int:
        return self.runs * self.dialogues_per_run


class RunForm(forms.Form):
    """The form for RunRequests; it offers only what the study and models.toml have."""

    inquirer = forms.MultipleChoiceField(
        label="Inquirers",
        widget=forms.CheckboxSelectMultiple,
        help_text="The models that play the personas. Each of them makes a separate run.",
    )
    responder = forms.ChoiceField(widget=forms.RadioSelect, help_text="The model that answers as the chatbot.")
    goals = forms.TypedMultipleChoiceField(
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one goal."},
    )
    personas = forms.ChoiceField(widget=forms.RadioSelect, initial="all")
    persona_count = forms.IntegerField(
        label="Number of personas", required=False, min_value=1, help_text="Only for “the first personas, by code”."
    )
    elicitation = forms.ChoiceField(
        required=False, help_text="How the model is asked to play characters. Only for personas that are characters."
    )
    responder_character = forms.ChoiceField(
        label="Responder’s character", required=False, help_text="A character of this study that the responder plays."
    )
    features = forms.ChoiceField(
        initial="all",
        help_text="Features that the persona sentence may use (section 3.2 of the paper). An ablation creates a run for each.",
    )
    seeds = forms.CharField(
        initial="73", help_text="Whole numbers separated by commas. Each persona and goal has one dialogue per seed."
    )
    max_turns = forms.IntegerField(label="Turn limit", initial=12, min_value=1, max_value=MOST_TURNS)
    inquirer_prompts = forms.ChoiceField(
        label="Inquirer’s prompt set",
        required=False,
        help_text="How the model is told to play a persona, and how its output is read.",
    )
    responder_prompts = forms.ChoiceField(label="Responder’s prompt set", required=False)
    concurrency = forms.IntegerField(
        label="Dialogues at once", required=False, min_value=1, max_value=MOST_AT_ONCE, help_text=CONCURRENCY_HELP
    )

    budget = forms.CharField(
        required=False,
        widget=forms.TextInput({"inputmode": "decimal"}),
        help_text="Cost at which a run pauses, at the prices in models.toml, for example 25. Each run has its own budget.",
    )

    def __init__(self, choices: RunChoices, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self._choices = choices
        self.fields["inquirer"].initial = self._offer_models("inquirer")[:1]
        responders = self._offer_models("responder")
        self.fields["responder"].initial = _preferred(choices.study.chatbot, responders)
        self._offer("goals", [(str(goal.number), str(goal)) for goal in choices.goals])
        self.fields["goals"].initial = [str(goal.number) for goal in choices.goals]
        self._offer("personas", _persona_choices(choices))
        self._offer_characters()
        self._offer("features", [("all", "all"), ("none", "none"), *_feature_choices(choices), *_ablation(choices)])
        for speaker in SPEAKERS:
            self._offer(f"{speaker}_prompts", [("", AS_CONFIGURED), *choices.prompts[speaker]])
        self.fields["inquirer_prompts"].initial = foreign_inquirer(choices.study.language)

    def clean_seeds(self) -> tuple[int, ...]:
        try:
            return parse_numbers(self.cleaned_data["seeds"], "seeds")
        except RequestError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_budget(self) -> float | None:
        text = self.cleaned_data["budget"]
        try:
            return parse_budget(text) if text else None
        except RequestError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        if "personas" in self.cleaned_data and "persona_count" in self.cleaned_data:
            complaint = self._judge_count(self.cleaned_data["personas"] == SOME, self.cleaned_data["persona_count"])
            if complaint:
                self.add_error("persona_count", complaint)
        return self.cleaned_data

    def to_requests(self) -> list[RunRequest]:
        """Return the requested runs, one for each inquirer and set of features. Raises RequestError."""
        values = self.cleaned_data
        is_every_goal = len(values["goals"]) == len(self._choices.goals)
        condition = values["responder"].removeprefix(CONDITION) if values["responder"].startswith(CONDITION) else ""
        requests = [
            RunRequest(
                inquirer=inquirer,
                responder="" if condition else values["responder"],
                goals=None if is_every_goal else tuple(values["goals"]),
                personas=str(values["persona_count"]) if values["personas"] == SOME else values["personas"],
                features=features,
                seeds=values["seeds"],
                max_turns=values["max_turns"],
                inquirer_prompts=values["inquirer_prompts"],
                responder_prompts=values["responder_prompts"],
                concurrency=values["concurrency"],
                budget=values["budget"],
                elicitation=values.get("elicitation", "") if values["personas"] == CHARACTERS else "",
                responder_character="" if condition else values.get("responder_character", ""),
            )
            for inquirer, features in product(values["inquirer"], self._conditions())
        ]
        study = self._choices.study
        return [with_chatbot(request, study, condition) for request in requests] if condition else requests

    @property
    def plan(self) -> Plan | None:
        """Return what the form would request as it is filled in; None while it has mistakes."""
        form = self if self.is_bound else RunForm(self._choices, self._initial_answers())
        if not form.is_valid():
            return None
        values = form.cleaned_data
        personas = _count_personas(self._choices, values["personas"], values["persona_count"])
        runs = len(values["inquirer"]) * len(form._conditions())
        return Plan(runs, personas, len(values["goals"]), len(values["seeds"]))

    def _conditions(self) -> tuple[str, ...]:
        return chosen_conditions(self._choices.study, self.cleaned_data["features"])

    def _initial_answers(self) -> dict[str, Any]:
        return {name: "" if field.initial is None else field.initial for name, field in self.fields.items()}

    def _judge_count(self, is_asked: bool, count: int | None) -> str:
        """Return the mistake in the number of personas; a number that would be ignored is also a mistake."""
        known = sum(not persona.is_character for persona in self._choices.personas)
        if is_asked and not known:
            return "The study has no personas. Add some first."
        if is_asked and count is None:
            return "Enter the number of personas."
        if is_asked and count is not None and count > known:
            return f"The study has {known} persona{'' if known == 1 else 's'}. Choose at most {known}."
        return "" if is_asked or count is None else "Choose “the first personas, by code” above, or leave this empty."

    def _offer_models(self, speaker: SpeakerName) -> list[str]:
        """Offer the models that can play ``speaker``, and return their names."""
        specs = self._choices.catalogue.playing(speaker)
        offered: list[tuple[str, Any]] = [(spec.name, describe_model(spec)) for spec in specs]
        self._offer(speaker, [*offered, *(self._condition_choices() if speaker == "responder" else [])])
        self.fields[speaker].error_messages["required"] = _MISSING[speaker]
        return [spec.name for spec in specs]

    def _condition_choices(self) -> list[tuple[str, str]]:
        """Return the study's conditions as responders: each brings its prompt set, sampling and character."""
        names = self._choices.study.conditions.values_list("name", flat=True)
        return [(f"{CONDITION}{name}", f"the chatbot of the condition “{name}”") for name in names]

    def _offer_characters(self) -> None:
        """Offer what concerns characters, or omit it for a study without any."""
        names = [persona.character.name for persona in self._choices.personas if persona.character]
        if not names:
            del self.fields["elicitation"], self.fields["responder_character"]
            return
        self._offer("elicitation", [(way, ELICITATION_CHOICES[way]) for way in ELICITATIONS])
        self.fields["elicitation"].initial = DEFAULT
        self._offer("responder_character", [("", "none"), *((name, name) for name in names)])
        self.fields["responder_character"].initial = self._choices.study.chatbot_character

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


def _preferred(name: str, names: list[str]) -> str | None:
    return name if name in names else next(iter(names), None)


def _count_personas(choices: RunChoices, kind: str, count: int | None) -> int:
    return (count or 0) if kind == SOME else _counts(choices)[kind]


def _persona_choices(choices: RunChoices) -> list[tuple[str, str]]:
    counts = _counts(choices)
    return [
        ("all", f"{'all people' if counts[CHARACTERS] else 'all'} ({counts['all']})"),
        (LISTED, f"listed in the study ({counts[LISTED]})"),
        (PARTICIPANTS, f"collected from participants ({counts[PARTICIPANTS]})"),
        (SOME, "the first personas, by code"),
        *([(CHARACTERS, f"characters ({counts[CHARACTERS]})")] if counts[CHARACTERS] else []),
    ]


def _counts(choices: RunChoices) -> dict[str, int]:
    """Return the number of personas of each kind; "all" are all people."""
    sources = Counter(persona.source for persona in choices.personas)
    listed, participants, characters = (sources[kind] for kind in ("listed", "participant", "character"))
    return {"all": listed + participants, LISTED: listed, PARTICIPANTS: participants, CHARACTERS: characters}


def _feature_choices(choices: RunChoices) -> list[tuple[str, str]]:
    return [(key, f"{name_feature(key)} alone") for key in sentence_features(choices.study)]


def _ablation(choices: RunChoices) -> list[tuple[str, str]]:
    """Return the choice of an ablation, if the study has features."""
    features = len(sentence_features(choices.study))
    return [(ABLATION, f"ablation: none, each feature alone, all ({features + 2} runs)")] if features else []
