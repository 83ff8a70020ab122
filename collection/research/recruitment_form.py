"""The form for recruitment and completion."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.utils import timezone

from collection.models import Outcome, Recruitment
from collection.participation.eligibility import filled_quotas
from enrolment.outcome_form import OutcomeForm
from enrolment.platform_links import PARAMETER
from studies.audit import Verb, record
from studies.editor.mistakes import Mistake, list_mistakes
from studies.models import Study
from studies.questionnaires import read_features
from studies.services import copied_values
from studies.texts import default_outcome

MOST_SEATS = 1_000_000
MOST_HOURS = 10 * 366 * 24
OUTCOME_HEADINGS = {
    Outcome.Kind.COMPLETED: "Ending: completed",
    Outcome.Kind.SCREENED_OUT: "Ending: screened out",
    Outcome.Kind.FULL: "Ending: no places left",
    Outcome.Kind.WITHDRAWN: "Ending: withdrawn",
}


def _time(label: str, help_text: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget, help_text=help_text)


class RecruitmentForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """Times, seats and quotas; each option of the questionnaire has a quota field, empty for no limit."""

    opens_at = _time("Opens at", "UTC. Empty: as soon as the study is open.")
    closes_at = _time("Closes at", "UTC. Empty: when you close the study. Participants who have enrolled may finish.")
    seats = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_SEATS,
        help_text="Empty: no limit. If each participant gets one condition and one goal, each condition gets its share.",
    )
    released_after_hours = forms.IntegerField(
        label="Hours until a seat is released",
        required=False,
        min_value=1,
        max_value=MOST_HOURS,
        help_text="A participant who is inactive for this long may lose the seat to the next person. Participants who "
        "return can continue if a seat is free, and their answers and messages are kept. Empty: never.",
    )

    class Meta:
        model = Recruitment
        fields: ClassVar = ["opens_at", "closes_at", "seats", "released_after_hours", "external_id_parameter"]
        labels: ClassVar = {"external_id_parameter": "Parameter with the participant ID"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["external_id_parameter"].validators.append(PARAMETER)
        self._quotas = list(self._add_quotas())

    @property
    def quota_groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the quota fields, grouped by the labels of their features."""
        labels = dict.fromkeys(quota.label for quota in self._quotas)
        return [(label, [self[quota.name] for quota in self._quotas if quota.label == label]) for label in labels]

    def clean(self) -> dict[str, Any]:
        opens_at, closes_at = self.cleaned_data.get("opens_at"), self.cleaned_data.get("closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", "The closing time must be later than the opening time.")
        self._refuse_passed(self._read_quotas())
        self.instance.quotas = self._read_quotas()
        return self.cleaned_data

    def _refuse_passed(self, quotas: dict[str, dict[str, int]]) -> None:
        """Refuse a new quota below the seats that are taken already: those participants would stay nonetheless."""
        stored = self.instance.quotas
        taken = filled_quotas(Recruitment(study=self.instance.study, quotas=quotas), timezone.now())
        for quota in self._quotas:
            count, there = (of.get(quota.feature, {}).get(quota.option) for of in (quotas, taken))
            is_new = count != stored.get(quota.feature, {}).get(quota.option)
            if is_new and count is not None and there is not None and count < there:
                self.add_error(quota.name, f"{there} participants with this answer hold seats. Enter at least {there}.")

    def _add_quotas(self) -> Any:
        """Add and yield a quota field for each option that does not screen out."""
        stored = self.instance.quotas
        for feature in read_features(self.instance.study.questionnaire):
            for number, option in enumerate(feature.options):
                if option not in feature.screened_out:
                    quota = _Quota(f"quota-{feature.key}-{number}", feature.key, feature.label, option)
                    self.fields[quota.name] = quota.field(stored.get(feature.key, {}).get(option))
                    yield quota

    def _read_quotas(self) -> dict[str, dict[str, int]]:
        quotas: dict[str, dict[str, int]] = {}
        for quota in self._quotas:
            count = self.cleaned_data.get(quota.name)
            if count is not None:
                quotas.setdefault(quota.feature, {})[quota.option] = count
        return quotas


@dataclass(frozen=True, slots=True)
class _Quota:
    """The field that limits the seats for one option."""

    name: str
    feature: str
    label: str
    option: str

    def field(self, stored: int | None) -> forms.IntegerField:
        return forms.IntegerField(label=self.option, initial=stored, required=False, min_value=0, max_value=MOST_SEATS)


class StudyOutcomeForm(OutcomeForm):
    """One way in which participants leave."""

    class Meta(OutcomeForm.Meta):
        model = Outcome

    def standard_text(self, kind: str) -> str:
        return default_outcome(kind, self.instance.study.language)

    @property
    def heading(self) -> str:
        return OUTCOME_HEADINGS[Outcome.Kind(self.instance.kind)]


class RecruitmentEditor:
    """Recruitment and outcomes of a study, frozen or not, as one form; ``data`` is the submitted data, or None."""

    def __init__(self, study: Study, data: Any = None) -> None:
        self.study = study
        self.is_bound = data is not None
        self.form = RecruitmentForm(data, instance=find_recruitment(study))
        self.outcomes = [StudyOutcomeForm(data, instance=one, prefix=one.kind) for one in _outcomes(study)]

    def is_valid(self) -> bool:
        """Return whether everything can be stored. Validate every part, so that each shows its mistakes."""
        parts: list[forms.BaseForm] = [self.form, *self.outcomes]
        return not [one for one in parts if not one.is_valid()]

    @property
    def mistakes(self) -> list[Mistake]:
        """Return all mistakes, in the page's order."""
        endings = [one for outcome in self.outcomes for one in list_mistakes(outcome, f"{outcome.heading}, ")]
        return [*list_mistakes(self.form), *endings]

    @transaction.atomic
    def save(self) -> None:
        """Store the forms without changing whether the study is open, because someone may open or close it at the same time."""
        recruitment, _ = Recruitment.objects.select_for_update().get_or_create(study=self.study)
        before = _values(self.study)
        for name in (*RecruitmentForm.Meta.fields, "quotas"):
            setattr(recruitment, name, getattr(self.form.instance, name))
        recruitment.save()
        for outcome in (form.instance for form in self.outcomes):
            said = {"text": outcome.text, "code": outcome.code, "redirect_url": outcome.redirect_url}
            Outcome.objects.update_or_create(study=self.study, kind=outcome.kind, defaults=said)
        if _values(self.study) != before:
            record(self.study, Verb.CHANGED, "recruitment and completion")


def find_recruitment(study: Study) -> Recruitment:
    """Return the study's recruitment, or a closed, unsaved one if it has none."""
    return Recruitment.objects.filter(study=study).first() or Recruitment(study=study)


def _values(study: Study) -> list[dict[str, Any]]:
    return [copied_values(row) for row in (find_recruitment(study), *_outcomes(study))]


def _outcomes(study: Study) -> list[Outcome]:
    """Return one outcome of each kind, stored or not, in the form's order."""
    stored = {outcome.kind: outcome for outcome in study.outcomes.all()}
    return [stored.get(kind) or Outcome(study=study, kind=kind) for kind in OUTCOME_HEADINGS]
