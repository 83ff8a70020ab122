"""Reports whose PDF files hold no fonts."""

import pytest


@pytest.fixture(autouse=True)
def pdf_files_without_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Embedding fonts takes a third of a report's time; ``tests.analysis.reporting`` and ``analyse`` write real PDF files."""
    monkeypatch.setattr("analysis.reporting.portfolio.to_pdf", lambda drawing: f"%PDF {drawing.name}".encode())
