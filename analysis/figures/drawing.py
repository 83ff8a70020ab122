"""A figure with its name, its title and what it says, as files."""

from dataclasses import dataclass
from io import BytesIO

from matplotlib.figure import Figure

from analysis.figures.accessible_svg import accessible


@dataclass(frozen=True, slots=True)
class Drawing:
    """``name`` is its file's; ``alt`` says in sentences, with the numbers, what is to be seen."""

    name: str
    title: str
    alt: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Undrawn:
    """A figure that the data do not allow; ``reason`` is a sentence."""

    name: str
    reason: str


def to_svg(drawing: Drawing) -> bytes:
    """Carries its text alternative; the same drawing has the same bytes at any time."""
    return accessible(_saved(drawing, "svg", {"Date": None, "Creator": None}), drawing.name, drawing.title, drawing.alt)


def to_pdf(drawing: Drawing) -> bytes:
    """With its fonts inside; the same drawing has the same bytes at any time."""
    about = {"Title": drawing.title, "Subject": drawing.alt, "CreationDate": None, "Creator": None, "Producer": None}
    return _saved(drawing, "pdf", about)


def _saved(drawing: Drawing, form: str, metadata: dict[str, str | None]) -> bytes:
    into = BytesIO()
    drawing.figure.savefig(into, format=form, metadata=metadata)
    return into.getvalue()
