"""How the site recognises an evaluator: like a participant, by a cookie or a personal link.

An external id is no credential, because others know it: a browser that brings nothing else judges a separate list.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from collection.participation.passes import Pass
from evaluation.models import Evaluation, Evaluator

COOKIE = "evaluator"
_PASS = Pass(COOKIE, "evaluation.evaluator")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person named by a cookie or a personal link."""

    evaluator: Evaluator

    @property
    def evaluation(self) -> Evaluation:
        """What they judge."""
        return self.evaluator.evaluation


def address_of(name: str, evaluation: Evaluation, *more: Any) -> str:
    """The address of one of the evaluators' pages."""
    return reverse(name, args=[evaluation.study.slug, evaluation.number, *more])


def personal_token(evaluator: Evaluator) -> str:
    """What the evaluator's personal link carries."""
    return _PASS.sign_link(evaluator.token)


def read_personal_token(evaluation: Evaluation, token: str) -> Evaluator | None:
    """The evaluator whose link this is; None when it is forged, has expired, or belongs to another evaluation."""
    return _find(evaluation, _PASS.read_link(token))


def sign_change(known: Evaluator, evaluator: Evaluator) -> str:
    """Return the token of the page "Is this your link?": in the browser of ``known``, ``evaluator`` agrees to continue."""
    return _PASS.sign_change(known.token, evaluator.token)


def is_change(known: Evaluator, evaluator: Evaluator, signed: str) -> bool:
    """Return whether ``evaluator`` has agreed on that page."""
    return _PASS.is_change(known.token, evaluator.token, signed)


def set_cookie(response: HttpResponse, visitor: Visitor) -> None:
    """Lets the browser come back as ``visitor``, to this evaluation's pages only."""
    path = address_of("judge-welcome", visitor.evaluation)
    _PASS.set_cookie(response, visitor.evaluator.token, path)


def read_cookie(evaluation: Evaluation, cookies: Any) -> Visitor | None:
    """Whom the request's cookies name; None without one, or with one that is forged, expired or of another evaluation."""
    evaluator = _find(evaluation, _PASS.read_cookie(cookies))
    return Visitor(evaluator) if evaluator else None


def find_visitor(slug: str, number: int, cookies: Any) -> Visitor | None:
    """Return what ``read_cookie`` returns for the study's evaluation of this number, with one query for both."""
    evaluators = Evaluator.objects.select_related("evaluation__study")
    named = evaluators.filter(evaluation__study__slug=slug, evaluation__number=number, token=_PASS.read_cookie(cookies))
    return next(map(Visitor, named), None)


def _find(evaluation: Evaluation, token: str) -> Evaluator | None:
    return evaluation.evaluators.filter(token=token).first()
