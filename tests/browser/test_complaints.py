"""Console errors fail a test unless it has declared them."""

import pytest
from playwright.sync_api import Page

from tests.browser.complaints import Complaints

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('Lost for words')", "^Lost for words"),
        ("console.warn('Lost for words')", "^Lost for words"),
        ("throw new Error('Lost for words')", "Lost for words"),
        ("fetch('/nowhere/')", "status of 404 .*/nowhere/$"),
        (
            "document.body.append(Object.assign(new Image(), {src: 'https://example.org/a.png'}))",
            "Content Security Policy",
        ),
    ],
    ids=["error", "warning", "exception", "status", "policy"],
)
def test_a_complaint_fails_the_test_unless_it_is_expected(
    page: Page, complaints: Complaints, script: str, complaint: str
) -> None:
    page.goto("/login/")
    with page.context.expect_event("weberror" if "throw" in script else "console"):
        page.evaluate(f"setTimeout(() => {{ {script} }})")
    complaints.expect("Lost for ever")
    with pytest.raises(AssertionError, match=complaint):
        complaints.assert_expected()
    complaints.expect(complaint)
    complaints.assert_expected()


def test_normal_chunks_are_not_complaints(page: Page, complaints: Complaints) -> None:
    with page.expect_console_message():
        page.evaluate("console.log('All is well')")
    complaints.assert_expected()
