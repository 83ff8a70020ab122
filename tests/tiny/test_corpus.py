"""The corpus of the embedded model contains what its dialogues need."""

import re
from random import Random

import pytest

from dialogue.coherence import is_incoherent
from dialogue.extraction import extract_prompts, is_stop
from dialogue.goals import load_listed
from dialogue.reading import STOP_TOKEN
from tiny.corpus import inquirer, responder
from tiny.corpus.documents import Mixture, generate
from tiny.corpus.grammar import expand, expand_one
from tiny.corpus.topics import Topic, extra_topics, goal_topics, small_talk
from tiny.corpus.wording import as_typed, draw_persona, in_voice

SMALL = Mixture(
    asking_per_goal=20,
    answering_per_goal=20,
    typing_per_goal=20,
    asking_per_extra=4,
    typing_per_extra=4,
    asking_unfamiliar=40,
    chatting=80,
)
COMMON = frozenset(
    {
        "about",
        "after",
        "also",
        "and",
        "are",
        "can",
        "for",
        "from",
        "have",
        "how",
        "its",
        "many",
        "much",
        "the",
        "them",
        "then",
        "this",
        "want",
        "what",
        "which",
        "with",
        "your",
    }
)
TOPICS = (*goal_topics(), *extra_topics())
CORPUS = list(generate(SMALL))


def openings(topic: Topic, count: int) -> list[str]:
    draw = Random(1)
    return [topic.steps[draw.choice(topic.paths)[0]].opening(draw, topic.scenario(draw)) for _ in range(count)]


def content_words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 2} - COMMON


def test_a_template_draws_its_choices_and_leaves_program_code_alone():
    drawn = {
        expand("[a|b[c|d]] {x} (words.match(/[aeiou]/gi) || []) {y}", Random(seed), {"x": "1"}) for seed in range(40)
    }
    assert drawn == {f"{start} 1 (words.match(/[aeiou]/gi) || []) {{y}}" for start in ("a", "bc", "bd")}


def test_an_empty_choice_leaves_no_double_space():
    assert expand_one(["How [|] are you"], Random(1), {}) == "How are you"


@pytest.mark.parametrize("topic", goal_topics(), ids=lambda topic: topic.name)
def test_twenty_personas_rarely_open_a_goal_with_the_same_words(topic: Topic):
    assert len(set(openings(topic, 3000))) >= 300


@pytest.mark.parametrize("topic", goal_topics(), ids=lambda topic: topic.name)
def test_every_opening_shares_a_content_word_with_its_goal(topic: Topic):
    goal = content_words(topic.goals[0])
    assert [text for text in openings(topic, 1000) if not content_words(text) & goal] == []


def test_the_goals_are_the_papers_own():
    assert [topic.goals[0] for topic in goal_topics()] == [goal.text for goal in load_listed()]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_path_consists_of_steps_and_begins_with_one_that_needs_no_context(topic: Topic):
    assert {name for path in topic.paths for name in path} <= set(topic.steps)
    assert all(topic.steps[path[0]].open for path in topic.paths)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_no_template_keeps_a_mark_of_the_grammar(topic: Topic):
    draw = Random(2)
    for step in topic.steps.values():
        for say in (step.opening, step.follow_up, step.typed) if step.open else (step.follow_up, step.typed):
            assert not re.search(r"\[[^\]]*\|[^|\]]+\]|\{\w+\}", say(draw, topic.scenario(draw)))


def test_no_answer_and_no_question_is_incoherent():
    said = {message.content for messages in CORPUS for message in messages if message.role == "assistant"}
    assert [text for text in said if is_incoherent(text, max_n=8, repeats=2)] == []


def test_an_inquirer_quotes_one_prompt_at_a_time_and_ends_with_the_stop_token():
    draw = Random(3)
    for topic in TOPICS:
        said = [message.content for message in inquirer.topic_dialogue(topic, draw) if message.role == "assistant"]
        assert [len(extract_prompts(text)) for text in said] == [1] * (len(said) - 1) + [0]
        assert [is_stop(text, STOP_TOKEN) for text in said] == [False] * (len(said) - 1) + [True]


def test_a_responders_dialogue_alternates_and_ends_with_its_answer():
    roles = [
        message.role for message in responder.human_dialogue(goal_topics()[0], Random(4)) if message.role != "system"
    ]
    assert roles == ["user", "assistant"] * (len(roles) // 2)


def test_the_same_mixture_gives_the_same_corpus():
    assert list(generate(SMALL)) == CORPUS


def test_personas_word_their_questions_differently():
    young = {in_voice("How fast do I run?", {"age": "18 to 24"}, Random(seed)) for seed in range(20)}
    doctor = {in_voice("How fast do I run?", {"education": "Doctoral degree"}, Random(seed)) for seed in range(20)}
    assert "how fast do I run?" in young
    assert any(text.startswith("How fast do I run? ") for text in doctor)


def test_drawn_personas_reach_from_none_of_the_features_to_all_five():
    sizes = {len(draw_persona(Random(seed))) for seed in range(200)}
    assert {0, 5} <= sizes


def test_typing_keeps_the_text_recognisable():
    assert as_typed("cat poem", Random(5)).strip("?.!").lower().replace(" ", "")


def test_small_talk_covers_common_first_messages():
    assert {"greeting", "thanks", "identity", "abilities", "joke", "weather", "confused", "unknown"} <= set(
        small_talk()
    )
