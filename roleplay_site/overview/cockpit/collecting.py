"""The step of collecting natural dialogues."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.timesince import timesince

from collection.participation.eligibility import free_seats, why_ineligible
from roleplay_site.overview.cockpit.numbers import Numbers
from roleplay_site.overview.cockpit.quantities import counted, some, until
from roleplay_site.overview.cockpit.step import Action, Kind, Step

WHY_NOBODY_ENTERS = {
    "full": "All seats are taken. Close the study, or raise the number of seats.",
    "over": "The closing time has passed. Close the study, or set a later time.",
}


def collecting_step(numbers: Numbers, set_up: Step, now: datetime) -> Step:
    """Return the step: failing with its chatbot, in progress while the study is open, done once it has dialogues."""
    address = reverse("collecting", args=[numbers.study.slug])
    time_left, lacks = _open_for(numbers, now)
    if numbers.trouble:
        since = timesince(numbers.trouble.since, now, depth=1).replace("\xa0", " ")
        lacks = f"The chatbot has not answered for {since}: {numbers.trouble.reason}"
    kind, label = _state(numbers, set_up)
    action = Action(label, address) if label else None
    return Step("collect", "Collect", address, kind, _facts(numbers), time_left, lacks, action)


def _state(numbers: Numbers, set_up: Step) -> tuple[Kind, str]:
    """Return the state and the label of its button; empty for none."""
    if numbers.trouble:
        return "failed", "View participants"
    if numbers.recruitment and numbers.recruitment.is_open:
        return "running", "View participants" if numbers.people else "Share link"
    if numbers.natural or numbers.people:
        return "done", "View participants"
    if numbers.study.is_archived or set_up.kind != "done":
        return "later", ""
    # Personas alone suffice to simulate, so collecting is then only one of two ways on.
    return "next", "Open study"


def _facts(numbers: Numbers) -> Sequence[str]:
    people = [
        *some(numbers.active_now, "person active now", "people active now"),
        *([f"{numbers.under_way:,} in progress"] if numbers.under_way else []),
        *([f"{numbers.finished:,} finished"] if numbers.finished else []),
    ]
    return [*people, counted(numbers.natural, "natural dialogue")]


def _open_for(numbers: Numbers, now: datetime) -> tuple[str, str]:
    """Return what is left of an open study's time and seats, and why nobody can enrol although it is open."""
    recruitment = numbers.recruitment
    if recruitment is None or not recruitment.is_open:
        return "", ""
    recruitment.study = numbers.study
    refusal = why_ineligible(recruitment, now)
    seats = free_seats(recruitment, now)
    left = [
        *([f"{seats:,} of {counted(recruitment.seats or 0, 'seat')} left"] if seats is not None else []),
        *([f"opens in {until(recruitment.opens_at, now)}"] if refusal == "not_yet" and recruitment.opens_at else []),
        *([f"closes in {until(recruitment.closes_at, now)}"] if recruitment.closes_at and refusal != "over" else []),
    ]
    return ", ".join(left), WHY_NOBODY_ENTERS.get(refusal or "", "")
