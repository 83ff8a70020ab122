"""Each symptom is found where it is, and not where it is not."""

import pytest

from analysis.statistics.health.catalogue import SYMPTOMS, symptoms_for
from analysis.statistics.spoken import SpokenDialogue, SpokenOutput
from tests.analysis.statistics.populations import GOALS, dialogue_of

_BY_NAME = {symptom.name: symptom for symptom in SYMPTOMS}
PERSONA = "a 25 to 34-year-old White individual with a Female gender identity, holding Bachelor's degree"


def found(name: str, dialogue: SpokenDialogue) -> list[float]:
    return [value for _, value in _BY_NAME[name].find(dialogue)]


@pytest.mark.parametrize(
    ("name", "has", "lacks"),
    [
        ("inquirer-helps", "Sure, here is an overview of it.", "Where is an overview of it?"),
        ("inquirer-helps", "As an AI language model, I cannot run.", "What can an AI do for runners?"),
        ("inquirer-helps", "You're welcome! Let me know if you need more.", "Tell me if I need more water."),
        ("inquirer-helps", "How can I help you today?", "How can I run faster today?"),
        ("thanks", "Thanks, and for 100 meters?", "And for 100 meters?"),
        ("apologies", "Sorry, I meant 100 meters.", "I meant 100 meters."),
        ("leaked-stop", "FINISH", "I want to finish the race"),
        ("leaked-stop", 'Great. "Finish"', "the finishing line"),
        ("leaked-marks-utterances", "How fast am I?<|im_end|>", "Is 3 < 4 or a|b > c?"),
        ("leaked-marks-utterances", "[INST] How fast am I?", "what does [in] mean"),
        ("leaked-marks-utterances", "User: how fast am I", "is a user: the runner, fast"),
        ("leaked-marks-utterances", '"How fast am I?"', 'what is a "split time"?'),
        ("leaked-marks-utterances", 'How fast am I?" I would ask', 'say "fast" and "slow"'),
        ("leaked-marks-utterances", "“How fast am I?”", "it's 5 o'clock"),
        ("persona-leakage", "I am a 28 year old woman, how fast should I be", "how old should a runner be"),
        ("persona-leakage", "I hold a Bachelor's degree", "at which degree of slope do I burn most"),
    ],
)
def test_an_utterance_with_the_symptom_is_told_from_one_without(name: str, has: str, lacks: str) -> None:
    assert found(name, dialogue_of(has, lacks, persona=PERSONA)) == [1.0, 0.0]


def test_a_responder_that_asks_is_told_from_one_that_inquires_about_wishes() -> None:
    responses = ["Can you help me with my race?", "Which distance would you like to run?"]
    assert found("responder-asks", dialogue_of("a", "b", responses=responses)) == [1.0, 0.0]


def test_a_turn_without_a_response_does_not_count_as_a_healthy_one() -> None:
    assert found("responder-asks", dialogue_of("a", "b", responses=["", "Fine."])) == [0.0]


def test_the_marks_of_the_run_count_beside_the_usual_ones() -> None:
    dialogue = dialogue_of("How fast am I? ~~turn~~", marks=("~~turn~~",))
    assert found("leaked-marks-utterances", dialogue) == [1.0]
    assert found("leaked-marks-utterances", dialogue_of("How fast am I? ~~turn~~")) == [0.0]


def test_words_that_the_goal_gives_away_do_not_leak_the_persona() -> None:
    goal = "You want to know why English is a native language of many old people."
    said = "why is English the native language of old people"
    assert found("persona-leakage", dialogue_of(said, persona="old and English is your native language")) == [1.0]
    assert found(
        "persona-leakage", dialogue_of(said, persona="old and English is your native language", goal=goal)
    ) == [0.0]


def test_parroting_is_the_share_of_runs_of_words_that_are_in_the_goal() -> None:
    goal = GOALS[1]
    assert found("goal-parroting", dialogue_of(goal, "is my time any good at all", "ok thanks")) == [1.0, 0.0]
    [half] = found("goal-parroting", dialogue_of("how fast you run a lot of money"))
    assert half == pytest.approx(3 / 6)


def test_a_later_utterance_repeats_the_opening_or_the_previous_one() -> None:
    dialogue = dialogue_of(
        "how fast am i over 50 meters", "and calories?", "how fast am I over 50 meters?", "calories, and?"
    )
    assert found("repeats-opening", dialogue) == [0.0, 1.0, 0.0]
    assert found("repeats-previous", dialogue) == [0.0, 0.0, 0.0]
    assert found("repeats-previous", dialogue_of("go on", "Go on!")) == [1.0]


def test_one_sentence_over_three_turns_counts_once_for_the_dialogue() -> None:
    again = "Tell me more about it"
    assert found("repeats-sentence", dialogue_of(f"Hi. {again}.", f"{again}!", f"{again}. Thanks.")) == [1.0]
    assert found("repeats-sentence", dialogue_of(again, again, "And the calories?")) == [0.0]
    assert found("repeats-sentence", dialogue_of("Go on.", "Go on.", "Go on.")) == [0.0], "too short to be a habit"
    assert found("repeats-sentence", dialogue_of(again, again)) == [], "it cannot have three"


def test_a_farewell_loop_needs_two_closings_in_a_row_that_ask_nothing() -> None:
    assert found("farewell-loop", dialogue_of("How fast?", "Thank you, goodbye!", "Have a nice day!")) == [1.0]
    assert found("farewell-loop", dialogue_of("Thanks.", "How fast?", "Thanks.")) == [0.0]
    assert found("farewell-loop", dialogue_of("Thanks, but how fast?", "Thank you.")) == [0.0]


def test_outputs_are_counted_by_speaker_whether_they_were_accepted_or_not() -> None:
    outputs = [
        SpokenOutput("inquirer", 1, is_cut=True, is_self_reply=False),
        SpokenOutput("inquirer", 1, is_cut=False, is_self_reply=True),
        SpokenOutput("responder", 1, is_cut=False, is_self_reply=False),
    ]
    dialogue = dialogue_of("how fast", outputs=outputs)
    assert found("cut-inquirer", dialogue) == [1.0, 0.0]
    assert found("self-reply-inquirer", dialogue) == [0.0, 1.0]
    assert found("cut-responder", dialogue) == found("self-reply-responder", dialogue) == [0.0]


def test_other_languages_go_without_the_symptoms_that_recognise_english_words() -> None:
    names = {symptom.name for symptom in symptoms_for("de")}
    assert names.isdisjoint(
        {"thanks", "apologies", "inquirer-helps", "responder-asks", "farewell-loop", "persona-leakage"}
    )
    assert {"goal-parroting", "repeats-opening", "leaked-stop"} <= names
    assert symptoms_for("en") == list(SYMPTOMS)


def test_every_symptom_is_defined_in_a_sentence() -> None:
    assert len(_BY_NAME) == len(SYMPTOMS)
    assert all(one.definition.endswith(".") and one.label for one in SYMPTOMS)


def test_long_runs_of_blank_lines_and_full_stops_are_searched_in_one_pass() -> None:
    said = dialogue_of("\n" * 400_000 + "Human: hi", "." * 2_000_000 + "x", "ok")
    assert found("leaked-marks-utterances", said) == [1.0, 0.0, 0.0]
    assert found("repeats-sentence", said) == [0.0]


def test_text_beside_the_stop_token_is_a_share_of_the_outputs_that_end_dialogues() -> None:
    outputs = (
        SpokenOutput("inquirer", 1, is_cut=False, is_self_reply=False),
        SpokenOutput("inquirer", 2, is_cut=False, is_self_reply=False, is_end=True, has_rest=True),
    )
    alone = SpokenOutput("inquirer", 2, is_cut=False, is_self_reply=False, is_end=True)
    assert found("beside-stop", dialogue_of("a", outputs=outputs)) == [1.0]
    assert found("beside-stop", dialogue_of("a", outputs=(outputs[0], alone))) == [0.0]
    assert found("beside-stop", dialogue_of("a", outputs=outputs[:1])) == []
