"""A figure with its name, title and text alternative, as SVG and PDF."""

import re
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree

from matplotlib.figure import Figure

from analysis.reporting.figures.labels import printable

SVG = "http://www.w3.org/2000/svg"
_FONT = re.compile(r"(?:(italic|oblique) )?(?:(bold|\d+) )?([\d.]+px) (.+)")
_ATTRIBUTES = ("font-style", "font-weight", "font-size", "font-family")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure. ``name`` is the name of its file; ``alt`` describes it in sentences, with its numbers."""

    name: str
    title: str
    alt: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Undrawn:
    """A figure that the data do not allow; ``reason`` is a sentence that says why."""

    name: str
    reason: str


def to_svg(drawing: Drawing) -> bytes:
    """Return the SVG with its text alternative; the same drawing always gives the same bytes."""
    return accessible(_saved(drawing, "svg", {"Date": None, "Creator": None}), drawing.name, drawing.title, drawing.alt)


def to_pdf(drawing: Drawing) -> bytes:
    """Return the PDF with embedded fonts; the same drawing always gives the same bytes."""
    about = {"Title": drawing.title, "Subject": drawing.alt, "CreationDate": None, "Creator": None, "Producer": None}
    return _saved(drawing, "pdf", about)


def _saved(drawing: Drawing, form: str, metadata: dict[str, str | None]) -> bytes:
    _lay_out(drawing.figure)
    into = BytesIO()
    drawing.figure.savefig(into, format=form, metadata=metadata)
    return into.getvalue()


def _lay_out(figure: Figure) -> None:
    """Arrange the figure once for all formats: matplotlib would arrange it again for each, which takes longer than drawing."""
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine(None)


def accessible(svg: bytes, name: str, title: str, alt: str) -> bytes:
    """Return the image with a title and a description. Styles become attributes, because pages may forbid inline styles.

    The SVG comes from matplotlib, so it is safe to parse.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(svg)  # noqa: S314
    _drop_what_is_not_drawn(root)
    for element in root.iter():
        _style_to_attributes(element)
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-description", "stroke-linejoin": "round"}
    root.insert(0, _text("title", f"{name}-title", title))
    root.insert(1, _text("desc", f"{name}-description", alt))
    written: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return written + b"\n"


def _drop_what_is_not_drawn(root: ElementTree.Element) -> None:
    """Remove empty metadata and the style sheet, which only sets how lines join."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)


def _style_to_attributes(element: ElementTree.Element) -> None:
    for rule in element.attrib.pop("style", "").split(";"):
        key, _, value = (part.strip() for part in rule.partition(":"))
        if key == "font" and (font := _FONT.fullmatch(value)):
            found = zip(_ATTRIBUTES, font.groups(), strict=True)
            element.attrib |= {attribute: one for attribute, one in found if one}
        elif key:
            element.set(key, value)


def _text(tag: str, identifier: str, text: str) -> ElementTree.Element:
    element = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": identifier})
    element.text = printable(text)
    return element
