"""What planning and opening need to know about a kind of evaluation."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from evaluation.models import Evaluation
from evaluation.planning.drafts import Draft
from evaluation.planning.plans import Remarks

B = TypeVar("B")


class Planner(ABC, Generic[B]):
    """Plans the evaluations of one kind. ``B`` is the input of a draft; equal inputs give equal drafts."""

    @abstractmethod
    def hold(self, evaluation: Evaluation) -> None:
        """Lock what pairs are made of, until the transaction ends. The evaluation's row must not be locked yet."""

    @abstractmethod
    def read_basis(self, evaluation: Evaluation) -> B:
        """Read the present input from the database. Reading takes a fraction of the time that drafting takes."""

    @abstractmethod
    def draft(self, evaluation: Evaluation, basis: B) -> Draft:
        """Return what opening the evaluation would store."""

    @abstractmethod
    def rules(self, evaluation: Evaluation, remarks: Remarks) -> tuple[str, ...]:
        """Return sentences about what is compared, which a paper could quote."""
