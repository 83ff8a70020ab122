"""Dialogues as the inquirer sees them: prompts in, quoted questions and the stop token out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from dialogue import prompts
from dialogue.messages import Message
from dialogue.personas import describe
from tiny.corpus.grammar import expand, expand_one
from tiny.corpus.topics import Topic, extra_topics, goal_topics, small_talk, unfamiliar
from tiny.corpus.wording import draw_persona, in_voice

PROMPTS = prompts.load("llama-2")
_COMPLAINTS = (
    "[That is not what I asked|You did not answer|That does not help|This is not an answer|Stay on the topic]. ",
    "[Again|Once more|Try again]: ",
    "[I don't want that|No]. ",
    "",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the inquirer and the reply, which need not fit."""

    utterance: str
    response: str


def topic_dialogue(topic: Topic, draw: Random) -> list[Message]:
    """Return the dialogue of an inquirer with a persona who follows one of the topic's paths to its end."""
    persona = draw_persona(draw)
    goal = topic.goals[0] if draw.random() < 0.7 else _reworded(draw.choice(topic.goals), draw)
    return _messages(persona, goal, list(_asked(topic, persona, draw)))


def unfamiliar_dialogue(draw: Random) -> list[Message]:
    """Return the dialogue of an inquirer with an unprepared goal, who asks in the goal's words, follows up, and stops."""
    persona = draw_persona(draw)
    goal, opening = draw_unfamiliar_goal(draw)
    questions = [in_voice(opening, persona, draw)]
    questions += [expand_one(unfamiliar()["follow_ups"], draw, {}) for _ in range(draw.randint(0, 2))]
    replies = [_any_reply(draw) for _ in questions]
    return _messages(persona, goal, [Asked(*pair) for pair in zip(questions, replies, strict=True)])


def draw_unfamiliar_goal(draw: Random) -> tuple[str, str]:
    """Draw a goal outside the topics of the corpus, and its first question."""
    template = draw.choice(unfamiliar()["goal_openings"])
    values = draw_words(draw)
    goal, opening = (expand_one([part], draw, values) for part in template.split(" => "))
    return goal, opening


def draw_words(draw: Random) -> dict[str, str]:
    """Draw a thing and two kinds of it, for the templates about unfamiliar topics."""
    kind, other = draw.sample(unfamiliar()["kinds"], 2)
    return {"kind": kind, "kind2": other, "thing": draw.choice(unfamiliar()["things"])}


def _asked(topic: Topic, persona: Mapping[str, str], draw: Random) -> Iterator[Asked]:
    values = topic.scenario(draw)
    for place, name in enumerate(draw.choice(topic.paths)):
        step = topic.steps[name]
        question = step.follow_up(draw, values) if place else step.opening(draw, values)
        while draw.random() < 0.08:
            yield Asked(in_voice(question, persona, draw), _any_reply(draw))
            question = complaint(draw) + (step.opening(draw, values) if step.open else step.follow_up(draw, values))
        yield Asked(in_voice(question, persona, draw), _as_told(step.reply(draw, values), draw))


def complaint(draw: Random) -> str:
    """Return what an inquirer says before it asks again; may be empty."""
    return expand(draw.choice(_COMPLAINTS), draw, {})


def _as_told(reply: str, draw: Random) -> str:
    """Return the reply or only its beginning: other responders say less, and short histories train faster."""
    return reply.split("\n\n")[0].rstrip(":") if draw.random() < 0.45 else reply


def _any_reply(draw: Random) -> str:
    """Return an answer that does not fit: the model's fallback, or an answer about another topic."""
    if draw.random() < 0.6:
        return small_talk()[draw.choice(("unknown", "unknown", "confused", "greeting"))].exchange(draw)[1]
    topic = draw.choice((*goal_topics(), *extra_topics()))
    return draw.choice(list(topic.steps.values())).reply(draw, topic.scenario(draw))


def _reworded(goal: str, draw: Random) -> str:
    """Return the goal in other words: with its choices drawn, sometimes without the last sentence."""
    text = expand(goal, draw, {}) if "|" in goal else goal
    sentences = text.split(". ")
    return ". ".join(sentences[:-1]) + "." if len(sentences) > 2 and draw.random() < 0.2 else text


def _messages(persona: Mapping[str, str], goal: str, asked: list[Asked]) -> list[Message]:
    messages = PROMPTS.open(describe(persona), goal)
    for turn in asked:
        messages += [PROMPTS.said(turn.utterance), PROMPTS.forwarded(turn.response)]
    return [*messages, Message("assistant", PROMPTS.stop.token)]
