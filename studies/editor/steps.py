"""The steps in which a study is made, and the pages of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from studies.editor.pages import AboutPage, ChatbotsPage, EditorPage, GoalsPage, QuestionsPage, TextsPage


@dataclass(frozen=True, slots=True)
class Stop:
    """A page on the way to a study; ``route`` is the name of its address."""

    name: str
    title: str
    page: type[EditorPage]

    @property
    def route(self) -> str:
        return f"edit-{self.name}"


STEPS: Sequence[tuple[str, Sequence[Stop]]] = (
    ("Study", (Stop("study", "Title and language", AboutPage),)),
    ("Goals and questions", (Stop("goals", "Goals", GoalsPage), Stop("questions", "Questions", QuestionsPage))),
    ("Chatbots and texts", (Stop("chatbots", "Chatbots", ChatbotsPage), Stop("texts", "Texts and limits", TextsPage))),
)
"""The title of each step, with its pages."""
STOPS = {stop.name: stop for _title, stops in STEPS for stop in stops}


def stop_after(name: str) -> Stop | None:
    """Return the page that follows the one of this name; None after the last."""
    return dict(pairwise(STOPS.values())).get(STOPS[name])
