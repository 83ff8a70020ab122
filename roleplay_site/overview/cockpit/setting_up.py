"""The step of setting the study up."""

from django.urls import reverse

from collection.research.opening import what_it_lacks
from roleplay_site.overview.cockpit.numbers import Numbers
from roleplay_site.overview.cockpit.quantities import counted, some
from roleplay_site.overview.cockpit.step import Action, Step
from studies.questionnaires import read_features, read_questions


def set_up_step(numbers: Numbers) -> Step:
    """Return the step: done once participants could chat."""
    study, address = numbers.study, reverse("set-up", args=[numbers.study.slug])
    facts = [
        counted(numbers.goals, "goal"),
        *some(numbers.personas, "persona"),
        *some(len(read_questions(study.questionnaire)), "question"),
    ]
    edit = reverse("edit-study", args=[study.slug])
    change = Action("View set-up", address) if study.is_frozen or study.is_archived else Action("Edit study", edit)
    lacks = [] if study.is_archived or _has_collected(numbers) else what_it_lacks(study)
    if lacks and (add := _missing_page(numbers)):
        return Step("set-up", "Set-up", address, "next", facts, lacks=lacks[0], action=add)
    if lacks:
        mend = Action("Check models", reverse("models")) if study.is_frozen else change
        return Step("set-up", "Set-up", address, "failed", facts, lacks=lacks[0], action=mend)
    return Step("set-up", "Set-up", address, "done", facts, action=change)


def _has_collected(numbers: Numbers) -> bool:
    """Return whether people have chatted and the study is closed. Then nobody misses a chatbot that is no longer there."""
    is_open = numbers.recruitment is not None and numbers.recruitment.is_open
    return numbers.natural > 0 and not is_open


def _missing_page(numbers: Numbers) -> Action | None:
    """Return the way to the page of the form that is still empty, if one is."""
    if not numbers.goals:
        return Action("Add goals", reverse("edit-goals", args=[numbers.study.slug]))
    if not read_features(numbers.study.questionnaire):
        return Action("Add questions", reverse("edit-questions", args=[numbers.study.slug]))
    return None
