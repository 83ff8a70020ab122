"""An evaluation of four pairs, and evaluators who come to it with a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize
from pytest_django.live_server_helper import LiveServer

from evaluation.models import Evaluation, Evaluator
from tests.browser.chat.way import DESKTOP
from tests.browser.complaints import Complaints
from tests.browser.judging.way import Judge, open_judge
from tests.browser.windows import open_windows
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
    """Opens the pair that is the evaluator's now; what the page's console complains about fails the test."""
    with open_windows(chromium, live_server.url, complaints, size) as open_page:
        yield lambda **options: open_judge(open_page(**options), evaluator)
