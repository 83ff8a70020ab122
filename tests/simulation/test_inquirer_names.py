"""Inquirers are named so that runs with different settings are told apart, in as few words as it takes."""

from typing import Any

import pytest

from simulation.inquirer_names import name_inquirers
from studies.models import Study
from tests.factories import make_run, make_study

pytestmark = pytest.mark.django_db


def named(*changes: dict[str, Any]) -> list[str]:
    """Return the names for runs of "tiny" whose configurations have these changes."""
    study, runs = Study.objects.first() or make_study(), []
    for change in changes:
        run = make_run(study)
        for key, value in change.items():
            run.configuration[key] = run.configuration.get(key, {}) | value if isinstance(value, dict) else value
        runs.append(run)
    names = name_inquirers(runs)
    return [names[run.pk] for run in runs]


def test_runs_that_differ_in_persona_features_only_have_the_models_name() -> None:
    assert named({}, {"features": "age"}, {"features": "none"}) == ["tiny"] * 3


def test_prompt_sets_are_named_and_other_settings_only_where_they_tell_more() -> None:
    plain = {"inquirer": {"prompts": "plain", "max_tokens": 99}}
    assert named({}, plain) == ["tiny (llama-2)", "tiny (plain)"]
    assert named({}, {"max_turns": 4}) == ["tiny (max turns 12)", "tiny (max turns 4)"]
    assert named({}, plain, {**plain, "max_turns": 4}) == [
        "tiny (llama-2, max turns 12)",
        "tiny (plain, max turns 12)",
        "tiny (plain, max turns 4)",
    ]


def test_labels_tell_nothing_apart() -> None:
    assert named({}, {"inquirer": {"label": "for research"}}) == ["tiny"] * 2


def test_runs_that_differ_in_what_is_not_shown_are_numbered() -> None:
    texts = ({"prompt_sets": {"mine@1": "a"}}, {"prompt_sets": {"mine@1": "b"}})
    assert named(*texts) == ["tiny, settings 1", "tiny, settings 2"]
