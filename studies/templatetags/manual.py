"""Help from the documentation as a tag."""

from django import template

from studies.manual import read_section

register = template.Library()


@register.inclusion_tag("studies/_manual.html")
def manual(page: str, heading: str, title: str) -> dict[str, str]:
    """Return this section of a page of the documentation, to be unfolded under the title."""
    return {"title": title, "text": read_section(page, heading)}
