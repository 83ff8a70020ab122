"""The whole corpus: the mixture of dialogues, in a fixed order."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from dialogue.messages import Message
from tiny.corpus import inquirer, responder
from tiny.corpus.topics import extra_topics, goal_topics


@dataclass(frozen=True, slots=True)
class Mixture:
    """The numbers of dialogues: per goal, per everyday topic, and without a topic."""

    asking_per_goal: int = 170
    answering_per_goal: int = 110
    typing_per_goal: int = 170
    asking_per_extra: int = 15
    typing_per_extra: int = 35
    asking_unfamiliar: int = 160
    chatting: int = 2600
    seed: int = 73


def generate(mixture: Mixture) -> Iterator[list[Message]]:
    """Return all dialogues of the corpus. The same mixture gives the same dialogues."""
    draw = Random(mixture.seed)
    for topic in goal_topics():
        yield from (inquirer.topic_dialogue(topic, draw) for _ in range(mixture.asking_per_goal))
        yield from (responder.inquirer_dialogue(topic, draw) for _ in range(mixture.answering_per_goal))
        yield from (responder.human_dialogue(topic, draw) for _ in range(mixture.typing_per_goal))
    for topic in extra_topics():
        yield from (inquirer.topic_dialogue(topic, draw) for _ in range(mixture.asking_per_extra))
        yield from (responder.human_dialogue(topic, draw) for _ in range(mixture.typing_per_extra))
    yield from (inquirer.unfamiliar_dialogue(draw) for _ in range(mixture.asking_unfamiliar))
    yield from (responder.chat_dialogue(draw) for _ in range(mixture.chatting))
