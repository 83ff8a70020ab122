"""Warnings and problems of a plan, in sentences that name the run."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils.formats import date_format

from dialogue.personas import describe
from evaluation.models import Evaluation
from evaluation.planning.opening import NotReady, open_evaluation, read_plan
from simulation.imports import import_dialogues
from simulation.models import Run, Simulation
from studies.models import Dialogue, Study
from tests.evaluation.factories import make_evaluation, make_judged_study
from tests.factories import make_check, make_dialogue, make_run, make_study

pytestmark = pytest.mark.django_db


def plan(study: Study) -> Evaluation:
    return make_evaluation(study, state=Evaluation.State.PLANNED, opened_at=None, pairs_per_evaluator=4)


def warnings(study: Study) -> list[str]:
    """Without the name of the run, which tells when it was made."""
    return [sentence.replace(run_name(study.runs.all()[0]), "The run") for sentence in read_plan(plan(study)).warnings]


def run_name(run: Run) -> str:
    """As the form that offers runs tells them apart."""
    return f"The run of inquirer {run.inquirer} from {date_format(run.created_at, 'j M Y, H:i')} UTC"


def answered_by(study: Study, **changed: Any) -> None:
    """The study's run had another responder than the natural dialogues."""
    run = study.runs.get()
    run.configuration["responder"] = {} if changed.get("model") == "" else run.configuration["responder"] | changed
    run.save()


def forget(study: Study) -> None:
    run = study.runs.get()
    del run.configuration["responder"]["fingerprint"]
    run.save()


def chatted_with(study: Study, **changed: Any) -> None:
    """One of the natural dialogues was held with another chatbot than the others."""
    dialogue = study.dialogues.filter(kind=Dialogue.Kind.NATURAL)[0]
    dialogue.responder |= changed
    dialogue.save()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda study: None, []),
        (lambda study: answered_by(study, label="has another label"), []),
        (
            lambda study: answered_by(study, model="vicuna"),
            ["The run: its responder is vicuna, but participants chatted with tiny."],
        ),
        (
            lambda study: answered_by(study, fingerprint="0123" * 16),
            [
                "The run: its responder is a different version of tiny from the one that participants chatted with: "
                "the file hashes differ."
            ],
        ),
        (
            lambda study: answered_by(study, context=512, regenerate_tries=3),
            [
                "The run: its responder tiny had different settings from the participants' chatbot: context, regenerate_tries."
            ],
        ),
        (
            forget,
            [
                "The run: the version of its responder tiny was not recorded, so participants may have chatted with "
                "another version."
            ],
        ),
        (lambda study: answered_by(study, model=""), ["The run: its responder was not recorded."]),
        (
            lambda study: chatted_with(study, fingerprint="0123" * 16),
            ["The natural dialogues used 2 different chatbots: tiny (01230123), tiny (9f2c9f2c)."],
        ),
        (
            lambda study: chatted_with(study, context=512),
            ["The settings of the chatbot changed between the natural dialogues."],
        ),
    ],
)
def test_a_run_that_another_chatbot_answered_is_named(change: Callable[[Study], None], expected: list[str]) -> None:
    study = make_judged_study(models=("mixtral",))
    change(study)
    assert warnings(study) == expected


@pytest.mark.parametrize(
    ("chatbot", "expected"),
    [
        ("tiny", "The run: its responder is a different version of tiny"),
        (
            "gone",
            "The study's chatbot 'gone' cannot be compared with the runs' responders. There is no model 'gone'",
        ),
    ],
)
def test_natural_dialogues_that_record_no_chatbot_are_taken_for_the_studys(chatbot: str, expected: str) -> None:
    study = make_judged_study(models=("mixtral",))
    study.dialogues.filter(kind=Dialogue.Kind.NATURAL).update(responder={})
    Study.objects.filter(pk=study.pk).update(chatbot=chatbot)
    study.refresh_from_db()
    [warning] = warnings(study)
    assert warning.startswith(expected)


def test_an_unfinished_run_is_named_with_what_it_has() -> None:
    study = make_judged_study(models=())
    run = make_run(study, inquirer="mixtral", state=Run.State.PAUSED)
    make_dialogue(run.simulations.all()[0])
    make_dialogue(run.simulations.all()[1], ending="")
    evaluation = plan(study)
    assert [
        warning.replace(run_name(study.runs.all()[0]), "The run") for warning in read_plan(evaluation).warnings
    ] == ["The run is unfinished: 1 of 4 dialogues have ended."]
    assert read_plan(evaluation).pairs == 1, "a dialogue that goes on is no counterpart"


def test_runs_of_one_inquirer_are_pooled_and_that_is_said() -> None:
    study = make_judged_study(models=("mixtral", "mixtral", "gpt-4"))
    found = read_plan(plan(study))
    assert found.warnings == (
        "2 of the runs use inquirer mixtral. They count as one model; one dialogue is drawn for each pair.",
    )
    assert [(share.name, share.pairs) for share in found.models] == [("gpt-4", 4), ("mixtral", 4)]
    assert [left_out.sentence for left_out in found.left_out] == [
        "4 simulated dialogues by mixtral: another dialogue was drawn."
    ]


def test_a_run_that_was_asked_for_some_of_the_goals_is_named() -> None:
    study = make_judged_study(models=("mixtral",))
    Simulation.objects.filter(run__study=study, goal__number=2).delete()
    assert warnings(study) == ["The run does not cover 2 of the 4 natural dialogues' personas and goals."]


def test_a_run_that_covers_other_goals_is_refused_by_name() -> None:
    study = make_judged_study(models=("mixtral", "gpt-4"))
    elsewhere = study.runs.get(inquirer="mixtral")
    natural_goal, other_goal = study.goals.all()
    study.dialogues.filter(kind=Dialogue.Kind.NATURAL, goal=other_goal).delete()
    elsewhere.simulations.filter(goal=natural_goal).delete()
    evaluation = plan(study)

    with pytest.raises(NotReady) as refused:
        open_evaluation(evaluation)

    assert refused.value.sentences == (
        f"{run_name(elsewhere)} has no personas and goals in common with the natural dialogues. "
        "Leave it out, or simulate the study's participants and goals.",
    )
    assert not evaluation.pairs.exists()


def test_a_study_without_natural_dialogues_is_refused() -> None:
    study = make_study()
    for cell in make_run(study, state=Run.State.FINISHED).simulations.all():
        make_dialogue(cell)
    assert read_plan(plan(study)).problems == (
        "The study has no natural dialogues that can be judged yet. Collect or import some.",
    )


def test_a_plan_without_a_run_is_refused() -> None:
    study = make_judged_study(models=())
    assert read_plan(plan(study)).problems == ("No run is chosen. Choose at least one.",)


def test_runs_of_which_nothing_will_do_are_refused_and_what_was_left_out_says_why() -> None:
    study = make_judged_study(models=("mixtral",))
    study.dialogues.filter(kind=Dialogue.Kind.SIMULATED).update(ending="unsafe")
    found = read_plan(plan(study))
    assert found.problems == ("There are no pairs. See below which dialogues were excluded and why.",)
    assert "4 simulated dialogues by mixtral: ended as unsafe." in [left_out.sentence for left_out in found.left_out]


def test_dialogues_that_a_guard_found_unsafe_are_paired_only_if_the_evaluation_includes_them() -> None:
    study = make_judged_study(models=("mixtral",))
    simulated = study.dialogues.filter(kind=Dialogue.Kind.SIMULATED).order_by("pk")
    natural = study.dialogues.filter(kind=Dialogue.Kind.NATURAL).order_by("pk")
    make_check(simulated[0])
    make_check(natural[3])
    evaluation = plan(study)
    found = read_plan(evaluation)
    assert found.pairs == 2
    sentences = [left_out.sentence for left_out in found.left_out]
    assert "1 simulated dialogue by mixtral: found unsafe by a guard." in sentences
    assert "1 natural dialogue: found unsafe by a guard." in sentences
    evaluation.takes_unsafe_dialogues = True
    evaluation.save()
    assert (read_plan(evaluation).pairs, read_plan(evaluation).left_out) == (4, ())


@pytest.mark.parametrize(("hides", "pairs"), [(True, 3), (False, 4)])
def test_a_dialogue_in_which_nothing_was_answered_counts_only_if_unanswered_messages_are_shown(
    hides: bool, pairs: int
) -> None:
    study = make_judged_study(models=("mixtral",))
    silent = study.dialogues.filter(kind=Dialogue.Kind.NATURAL)[0]
    silent.turns.update(response=" \n\t")
    evaluation = plan(study)
    Evaluation.objects.filter(pk=evaluation.pk).update(hides_unanswered=hides)
    evaluation.refresh_from_db()
    assert read_plan(evaluation).pairs == pairs


def test_dialogues_of_the_official_format_are_judged_like_our_own() -> None:
    """Natural ones of listed personas, and a run of a model that is nowhere described."""
    study = make_study(persona_count=1)
    said = {"turn": 0, "model_inquirer": "Hi?", "model_responder": "Hello."}
    goal, persona = study.goals.all()[0].text, describe(study.personas.get().features)
    line = json.dumps({"persona": persona, "sample": {"instruction": goal}, "num_turns": 1, "dialog": [said]})
    import_dialogues(study, [line], inquirer=None, source="people.jsonl")
    import_dialogues(study, [line], inquirer="vicuna", source="vicuna.jsonl")

    found = read_plan(plan(study))

    assert (found.pairs, found.problems) == (1, ())
    assert "its responder was not recorded" in found.warnings[0]
