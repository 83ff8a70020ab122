"""The layout of an analysis page."""

from typing import Any

from analysis.study.layout import arrange


def table(name: str, *rows: tuple[str, ...]) -> dict[str, Any]:
    groups = [(row[0], [list(row[1:])]) for row in rows]
    return {"name": name, "header": ["measure", "gpt-4"], "numeric": [False, True], "groups": groups}


def test_figures_are_in_the_section_of_the_table_that_they_show() -> None:
    shown = {"tables": [table("table-1", ("turns", "2.00")), table("table-3", ("rate", "35%"))]}
    figures = [{"name": name} for name in ("figure-8", "figure-2", "contrasts")]
    sections = {section.identifier: section for section in arrange(shown | {"figures": figures})}
    assert list(sections) == ["detection", "differences", "simulated"]
    assert [one["number"] for one in sections["detection"].figures] == ["Figure 2"]
    assert [one["number"] for one in sections["simulated"].tables] == ["Table 1"]
    assert [one["number"] for one in sections["differences"].figures] == [""]


def test_a_missing_figure_is_mentioned_in_its_place() -> None:
    undrawn = [{"name": "figure-8", "reason": "No outputs."}, {"name": "figure-3", "reason": "Nobody has answered."}]
    simulated, participants = arrange({"undrawn": undrawn})
    assert simulated.gaps == ["Missing figure 8: No outputs."]
    assert participants.gaps == ["Missing figure 3: Nobody has answered."]


def test_features_of_other_questionnaires_are_shown_with_the_participants() -> None:
    [section] = arrange({"figures": [{"name": "participants-favourite-food"}]})
    assert section.title == "Participants"


def test_a_table_without_rows_is_not_shown() -> None:
    assert arrange({"tables": [table("effects")]}) == []


def test_of_table_10_one_version_is_chosen() -> None:
    versions = [table(f"table-10-{name}", ("gpt-4", "A")) for name in ("tukey", "none")]
    [section] = arrange({"tables": versions})
    assert [one["label"] for one in section.choice] == ["unadjusted", "Tukey"]
    [(about, [[cell]])] = section.choice[0]["groups"]
    assert (about, cell) == ("gpt-4", {"text": "A", "is_numeric": True})
