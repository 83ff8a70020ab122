"""The lines of the audit trail, page by page."""

from typing import Any

from django.core.paginator import Page, Paginator

from studies.models import AuditLine, Study

LINES_A_PAGE = 50


def read_history(study: Study, page: str) -> Page[Any]:
    """Return a page of the study's lines, newest first; the nearest page if there is none with this number."""
    return Paginator(study.audit_lines.all(), LINES_A_PAGE).get_page(page)


def read_whole_history(page: str) -> Page[Any]:
    """Return a page of all lines: those of studies, also deleted ones, and those of the whole site."""
    return Paginator(AuditLine.objects.select_related("study"), LINES_A_PAGE).get_page(page)
