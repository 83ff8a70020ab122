"""An evaluation of four pairs, and evaluators who come to it with a browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize
from pytest_django.live_server_helper import LiveServer

from evaluation.models import Evaluation, Evaluator
from tests.browser.chat.way import DESKTOP
from tests.browser.complaints import Complaints
from tests.browser.judging.way import Judge, open_judge
from tests.evaluation.factories import make_evaluation, make_evaluator
from tests.evaluation.judging.texts import tell


@pytest.fixture
def evaluation(transactional_db: None) -> Evaluation:
    evaluation = make_evaluation(completion_code="JUDGED-7")
    tell(evaluation)
    return evaluation


@pytest.fixture
def evaluator(evaluation: Evaluation) -> Evaluator:
    return make_evaluator(evaluation)


@pytest.fixture
def size() -> ViewportSize:
    """How large the window is, unless a test runs in several sizes."""
    return DESKTOP


@pytest.fixture
def judge(
    chromium: Browser, live_server: LiveServer, complaints: Complaints, size: ViewportSize, evaluator: Evaluator
) -> Iterator[Judge]:
    """Opens a browser at the pair that is the evaluator's now; what its console complains about fails the test."""
    contexts = []

    def judge(**options: Any) -> Any:
        context = chromium.new_context(**{"base_url": live_server.url, "viewport": size} | options)
        complaints.listen(context)
        contexts.append(context)
        return open_judge(context.new_page(), evaluator)

    yield judge
    for context in contexts:
        context.close()
    complaints.assert_expected()
