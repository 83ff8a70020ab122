"""Tables and figures as a page stores and shows them, ready for JSON."""

from typing import Any

from analysis.reporting.figures.drawings import Drawing
from studies.files.printed_tables import Table


def table_content(table: Table) -> dict[str, Any]:
    """Return the table with its cells as people read them, grouped by their first cell."""
    return {
        "name": table.name,
        "title": table.title,
        "note": table.note,
        "header": list(table.header),
        "numeric": table.numeric,
        "groups": table.groups,
    }


def figure_content(drawing: Drawing) -> dict[str, Any]:
    """Return the figure with its size in pixels, so that the page can reserve space for it."""
    width, height = (round(96 * inches) for inches in drawing.figure.get_size_inches())
    return {"name": drawing.name, "title": drawing.title, "alt": drawing.alt, "width": width, "height": height}
