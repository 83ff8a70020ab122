"""Figures as files: with a text alternative, reproducible, and readable whatever the models' names."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from xml.etree import ElementTree

import pytest

from analysis.reporting.figures.differences import pairwise_differences
from analysis.reporting.figures.drawings import Drawing, Undrawn, to_pdf, to_svg
from analysis.reporting.figures.studies import KINDS, failure_radars, participants_by_option
from analysis.statistics.mixed_models import fit_detected
from tests.analysis.drawn import draw, draw_study, drawing, read
from tests.thoroughness import IS_THOROUGH

SVG = "{http://www.w3.org/2000/svg}"
SIZES = (2, 4, 7, 12) if IS_THOROUGH else (2, 4, 12)
"""The fewest models, the paper's number, and the most that a study compares."""
LONG = "an-organisation/a-rather-long-model-name-of-{}x22B-Instruct-v0.{}-GGUF"


def names(count: int) -> list[str]:
    """Return short and long names."""
    return [LONG.format(number, number) if number % 2 else f"model {number}" for number in range(count)]


@cache
def everything(count: int) -> list[Drawing | Undrawn]:
    """Return all kinds of figures for this number of models."""
    failures = {name: {kind: 7.0 * number for number, kind in enumerate(KINDS)} for name in names(count)}
    options = {name: number for number, name in enumerate(names(count), start=1)}
    return [
        *draw(draw_study(names(count), rows=250 * count)).values(),
        failure_radars(failures),
        participants_by_option("age", "Age", options),
    ]


def parsed(one: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(to_svg(one))  # noqa: S314


@pytest.fixture(scope="module")
def figures() -> list[Drawing]:
    return [drawing(one) for one in everything(4)]


@pytest.fixture(scope="module")
def images(figures: list[Drawing]) -> dict[str, bytes]:
    """Return the images by figure name."""
    return {one.name: to_svg(one) for one in figures}


def test_svg_is_an_image_with_a_title_and_a_description(figures: list[Drawing], images: dict[str, bytes]) -> None:
    for one in figures:
        root = ElementTree.fromstring(images[one.name])  # noqa: S314
        title, description = root.findall(f"{SVG}title"), root.findall(f"{SVG}desc")
        assert [element.text for element in [*title, *description]] == [one.title, one.alt]
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == " ".join(element.attrib["id"] for element in [*title, *description])


def test_svg_keeps_text_as_text(images: dict[str, bytes]) -> None:
    for name, image in images.items():
        texts = ElementTree.fromstring(image).iter(f"{SVG}text")  # noqa: S314
        words = " ".join("".join(element.itertext()) for element in texts)
        assert any(word in words for word in ("model 0", "simulated", "evaluators")), name


def test_svg_has_no_styles_that_a_content_security_policy_blocks(images: dict[str, bytes]) -> None:
    for image in images.values():
        assert b"<style" not in image
        assert b"style=" not in image
        assert b"font-size=" in image


def test_pdf_embeds_its_fonts_and_describes_its_content(figures: list[Drawing]) -> None:
    for written in map(to_pdf, figures):
        assert written.startswith(b"%PDF")
        assert b"/FontFile2" in written
        assert b"/Type3" not in written
        assert b"/Subject" in written


@pytest.mark.parametrize("write", [to_svg, to_pdf])
def test_the_same_data_have_the_same_bytes_however_often_they_are_drawn_or_written(
    write: Callable[[Drawing], bytes],
) -> None:
    model = fit_detected(draw_study(["a", "b"]))
    one, other = (drawing(pairwise_differences(model)) for _ in range(2))
    assert write(one) == write(one) == write(other)


def test_figures_drawn_at_once_are_those_drawn_one_after_the_other() -> None:
    """So the bytes of a figure do not depend on what was drawn before, either."""

    def written(seed: int) -> list[bytes]:
        return [to_svg(drawing(one)) for one in draw(draw_study(["a", "b"], seed=seed)).values()]

    alone = [written(seed) for seed in range(2)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(written, range(2))) == alone
    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.parametrize("count", SIZES)
def test_no_text_lies_over_another_or_leaves_the_figure(count: int) -> None:
    for one in everything(count):
        writing = read(drawing(one))
        assert writing.overlapping() == [], one.name
        assert writing.outside() == [], one.name


def test_the_test_of_overlaps_sees_them() -> None:
    one = drawing(participants_by_option("age", "Age", {"yes": 1}))
    one.figure.text(0.5, 0.5, "here")
    one.figure.text(0.51, 0.5, "there")
    one.figure.text(0.99, 0.9, "beyond")
    writing = read(one)
    assert ("here", "there") in writing.overlapping()
    assert writing.outside() == ["beyond"]


@pytest.mark.filterwarnings("ignore:Glyph")
def test_odd_names_are_drawn_as_they_are() -> None:
    odd = ["costs $1 or $2^n", "a\x00b\x1f", "_underscore", "x" * 300, "<b>&amp;</b>", "模型"]
    found = draw(draw_study(odd, rows=600))
    texts = {name: "".join(parsed(drawing(one)).itertext()) for name, one in found.items()}
    to_pdf(drawing(found["durations"]))
    for name in odd:
        assert name.replace("\x00", "�").replace("\x1f", "")[:12] in texts["durations"]
