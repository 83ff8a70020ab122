"""A random sample of dialogues that arrive one by one."""

from dataclasses import dataclass, field

from numpy.random import Generator

from analysis.statistics.spoken import SpokenDialogue

MOST = 2000
"""Dialogues of each kind that are compared: more would only make distances and the classifier slower."""


@dataclass(slots=True)
class Reservoir:
    """At most ``most`` of the dialogues that were added, each with the same probability (Vitter 1985)."""

    random: Generator
    most: int = MOST
    added: int = 0
    dialogues: list[SpokenDialogue] = field(default_factory=list)

    def add(self, dialogue: SpokenDialogue) -> None:
        """Keep the dialogue, perhaps in the place of another, or drop it."""
        self.added += 1
        if len(self.dialogues) < self.most:
            self.dialogues.append(dialogue)
        elif (place := int(self.random.integers(self.added))) < self.most:
            self.dialogues[place] = dialogue
