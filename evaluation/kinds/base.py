"""What the judging page needs to know about a kind of evaluation."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from evaluation.models import Pair
from evaluation.models.answers import AnswerFields
from studies.questions.question import Question as OwnQuestion

A = TypeVar("A")
R = TypeVar("R")


class UnreadableAnswer(ValueError):
    """A browser sent something that no answer of the judging page looks like."""


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to a question, with its key on the keyboard."""

    value: str
    label: str
    key: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the judging page with its options, of which one is to be chosen.

    ``demand`` completes "Please say …" if it is not answered. With ``reason``, the label of a text field, people may say why.
    """

    key: str
    heading: str
    text: str
    options: tuple[Option, ...]
    demand: str
    reason: str = ""


class PairKind(ABC, Generic[A, R]):
    """The pairs of one kind of evaluation: ``R`` is what is read, ``A`` what is answered.

    Answers are frozen dataclasses with names of ``AnswerFields``. ``name`` is that of the folder with the kind's templates,
    ``longest_reason`` the largest number of characters of a reason.
    """

    name: ClassVar[str]
    longest_reason: ClassVar[int] = 0

    @property
    def about(self) -> str:
        """Return the template that says on the first page what evaluators do."""
        return f"judging/{self.name}/about.html"

    @property
    def template(self) -> str:
        """Return the template of the judging page."""
        return f"judging/{self.name}/pair.html"

    @property
    @abstractmethod
    def words(self) -> Mapping[str, str]:
        """Return the page's wording in the current language: ``heading`` heads the instruction, ``first`` and ``second`` the
        sides; ``next``, ``previous`` and ``start`` are buttons."""

    @property
    @abstractmethod
    def questions(self) -> tuple[Question, ...]:
        """Return the questions in the current language, in order."""

    @abstractmethod
    def read_pair(self, pair: Pair, is_natural_first: bool) -> R:
        """Return what is read about the pair in this order of the sides. Raises PairGone."""

    @abstractmethod
    def texts(self, reading: R) -> Iterable[str]:
        """Return the texts of both sides, which take time to render."""

    @abstractmethod
    def read_answer(self, sent: Mapping[str, Any]) -> A:
        """Return a complete or partial answer that a form or the page's script sent. Raises UnreadableAnswer."""

    @abstractmethod
    def answer_of(self, row: AnswerFields | None) -> A:
        """Return the answer stored in the row; an empty one without a row."""

    @abstractmethod
    def given(self, answer: A) -> Mapping[str, str]:
        """Return the chosen option of each question, "" for none."""

    @abstractmethod
    def check_draft(self, answer: A, reading: R) -> None:
        """Raise Unanswerable if a part of the answer does not fit the pair; parts may be missing."""

    @abstractmethod
    def check_whole(self, answer: A, reading: R) -> None:
        """Raise Unanswerable, with a sentence for each missing part, unless the answer can be submitted."""

    @property
    def own_questions(self) -> Sequence[OwnQuestion]:
        """Return the evaluation's own questions, which are asked after the kind's, in order."""
        return ()

    def own_answers(self, answer: A) -> Mapping[str, Any]:
        """Return the answers to them by key."""
        return {}

    def counted(self, answer: A) -> A:
        """Return what counts of a submitted answer: not what was entered for a question that disappeared."""
        return answer

    def reasons(self, answer: A) -> Mapping[str, str]:
        """Return the reason given with each question, "" for none."""
        return {}
