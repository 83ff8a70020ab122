"""Dialogues as the responder sees them: questions of inquirers and of people in, answers out."""

from collections.abc import Iterator, Mapping
from random import Random

from dialogue import prompts
from dialogue.messages import Message
from tiny.corpus.grammar import expand, expand_one
from tiny.corpus.inquirer import complaint, draw_unfamiliar_goal, draw_words
from tiny.corpus.topics import Step, Topic, extra_topics, goal_topics, small_talk, unfamiliar
from tiny.corpus.wording import as_typed, draw_persona, gibberish, in_first_person, in_voice

SYSTEM = Message("system", prompts.load_responder("llama-2-responder").system)
_SIMPLER = (
    "[explain it simpler|in simple words|can you say that shorter|in short|summarize|summary please|tl;dr|shorter]",
    "[can you|please] [summarize|explain] [that|it] [in one sentence|simply|more simply|in short]",
)
Exchange = tuple[str, str]


def inquirer_dialogue(topic: Topic, draw: Random) -> list[Message]:
    """Return a dialogue in which an inquirer asks about the topic, in its words and order."""
    return _messages(_inquired(topic, draw), draw)


def human_dialogue(topic: Topic, draw: Random) -> list[Message]:
    """Return a dialogue in which a person asks about the topic, with small talk, jumps and a change of topic."""
    exchanges = list(_typed(topic, draw))
    if draw.random() < 0.2:
        exchanges.insert(0, _chat(("greeting", "greeting", "feeling", "abilities"), draw))
    if draw.random() < 0.25:
        exchanges.append((as_typed(expand_one(_SIMPLER, draw, {}), draw), expand(draw.choice(topic.summary), draw, {})))
    if draw.random() < 0.2:
        exchanges.append(_chat(("thanks", "thanks", "praise", "goodbye"), draw))
    if draw.random() < 0.2:
        exchanges += _typed(draw.choice((*goal_topics(), *extra_topics())), draw)
    return _messages(exchanges[:6], draw)


def chat_dialogue(draw: Random) -> list[Message]:
    """Return a dialogue of small talk and questions that the model cannot answer."""
    names = tuple(small_talk())
    exchanges = [
        _chat(names, draw) if draw.random() < 0.55 else _unknown(draw) for _ in range(draw.choice((1, 2, 3, 3, 4)))
    ]
    return _messages(exchanges, draw)


def _inquired(topic: Topic, draw: Random) -> Iterator[Exchange]:
    values, persona = topic.scenario(draw), draw_persona(draw)
    for place, name in enumerate(draw.choice(topic.paths)):
        step = topic.steps[name]
        if draw.random() < 0.05:
            yield _unknown(draw)
            question = complaint(draw) + step.opening(draw, values) if step.open else step.follow_up(draw, values)
        else:
            question = step.follow_up(draw, values) if place else step.opening(draw, values)
        yield in_voice(question, persona, draw), step.reply(draw, values)


def _typed(topic: Topic, draw: Random) -> Iterator[Exchange]:
    """Return steps in one of the topic's orders, or two in any order, sometimes with small talk between them."""
    values = topic.scenario(draw)
    names = list(draw.choice(topic.paths))
    is_jumping = draw.random() < 0.4
    if is_jumping:
        names = draw.sample(list(topic.steps), min(2, len(topic.steps)))
    for place, name in enumerate(names):
        is_pasted = not place and not is_jumping and draw.random() < 0.1
        question = _pasted(topic, draw) if is_pasted else _worded(topic.steps[name], draw, values)
        yield question, topic.steps[name].reply(draw, values)
        if draw.random() < 0.08:
            yield _chat(("praise", "thanks", "wrong", "confused", "identity", "joke"), draw)


def _worded(step: Step, draw: Random, values: Mapping[str, str]) -> str:
    word = draw.choice((step.typed, step.typed, step.follow_up if step.follow else step.opening))
    return as_typed(word(draw, values), draw)


def _pasted(topic: Topic, draw: Random) -> str:
    goal = expand(draw.choice(topic.goals), draw, {})
    return goal if draw.random() < 0.4 else in_first_person(goal)


def _chat(names: tuple[str, ...], draw: Random) -> Exchange:
    question, answer = small_talk()[draw.choice(names)].exchange(draw)
    return as_typed(question, draw), answer


def _unknown(draw: Random) -> Exchange:
    answer = small_talk()["unknown"].exchange(draw)[1]
    match draw.randrange(8):
        case 0:
            return gibberish(draw), answer
        case 1:
            return draw_unfamiliar_goal(draw)[1], answer
        case 2:
            return draw_unfamiliar_goal(draw)[0], answer
    return as_typed(expand_one(unfamiliar()["questions"], draw, draw_words(draw)) + "?", draw), answer


def _messages(exchanges: Iterator[Exchange] | list[Exchange], draw: Random) -> list[Message]:
    messages = [SYSTEM] if draw.random() < 0.9 else []
    for question, answer in exchanges:
        messages += [Message("user", question), Message("assistant", answer)]
    return messages
