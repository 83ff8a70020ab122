"""What ``simulate`` is asked to do, by its options or by a programme file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.management.base import CommandError

from simulation.ablation import chosen_conditions
from simulation.budgets import parse_budget
from simulation.condition_chatbots import with_chatbot
from simulation.programme_file import ProgrammeFile, read_programme_file
from simulation.requests import RequestError, RunRequest, parse_numbers
from studies.commands import find_study
from studies.models import Study

_SETTINGS = (
    "study",
    "inquirer",
    "responder",
    "goals",
    "personas",
    "features",
    "seeds",
    "max_turns",
    "inquirer_prompts",
    "responder_prompts",
    "elicitation",
    "responder_character",
    "concurrency",
    "budget",
    "condition",
)
"""Options that a programme file replaces."""


@dataclass(frozen=True, slots=True)
class Order:
    """A request for each run of a study. ``file`` is None without a programme."""

    study: Study
    requests: list[RunRequest]
    file: ProgrammeFile | None = None

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Give a RequestError the place in the programme that must change."""
        try:
            yield
        except RequestError as error:
            raise (self.file.explain(error) if self.file else error) from error


def read_order(options: Mapping[str, Any]) -> Order:
    """Return what the options of the command ask for. Raises RequestError or CommandError."""
    if options["programme"] is None:
        return _order_of_options(options)
    mixed = next((name for name in _SETTINGS if options[name] is not None), None)
    if mixed:
        option = mixed if mixed == "study" else f"--{mixed.replace('_', '-')}"
        raise RequestError(f"--from takes its settings from the file. Replace {option} by --set {mixed}=….")
    file = read_programme_file(options["programme"], options["set"])
    programme = file.programme()
    try:
        study = find_study(programme.study)
        requests = programme.requests(chosen_conditions(study, programme.features))
        if programme.conditions:
            names = dict.fromkeys(programme.conditions)
            requests = [with_chatbot(request, study, name) for request in requests for name in names]
    except RequestError as error:
        raise file.explain(error) from error
    except CommandError as error:
        raise file.refusal(str(error).removesuffix("."), "study") from error
    return Order(study, requests, file)


def _order_of_options(options: Mapping[str, Any]) -> Order:
    if options["set"]:
        raise RequestError("--set changes a programme. Name its file with --from.")
    if options["condition"] is not None and options["responder"] is not None:
        raise RequestError("--condition names the responder. Leave out --responder.")
    needed = ("study", "inquirer", *(["responder"] if options["condition"] is None else []))
    if missing := [name for name in needed if options[name] is None]:
        names = " and ".join(name if name == "study" else f"--{name}" for name in missing)
        raise RequestError(f"Add {names}, or name a programme with --from FILE.")
    study = find_study(options["study"])
    conditions = chosen_conditions(study, "all" if options["features"] is None else options["features"])
    fields = {"responder": ""} | _fields(options)
    requests = [RunRequest(**fields, features=features) for features in conditions]
    if (name := options["condition"]) is not None:
        requests = [with_chatbot(request, study, name) for request in requests]
    return Order(study, requests)


def _fields(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request's fields that the options set, except the features."""
    plain = (
        "inquirer",
        "responder",
        "personas",
        "max_turns",
        "inquirer_prompts",
        "responder_prompts",
        "elicitation",
        "responder_character",
        "concurrency",
    )
    lists = {name: parse_numbers(options[name], name) for name in ("goals", "seeds") if options[name] is not None}
    budget = {} if options["budget"] is None else {"budget": parse_budget(options["budget"])}
    return {name: options[name] for name in plain if options[name] is not None} | lists | budget
