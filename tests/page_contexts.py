"""What a test can read of a page beside its text: the values that its view gave to the template."""

from copy import copy
from typing import Any

from django.test.utils import ContextList


def keep_context(response: dict[str, Any], *, context: Any, **_: object) -> None:
    """Keep a copy of the context of the page's template.

    Django's own function also copies those of the hundred templates that a page includes, which takes a tenth of its time.
    """
    if "context" not in response:
        response["context"] = ContextList([copy(context)])
