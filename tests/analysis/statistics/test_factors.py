"""The mixed models compare inquirer models, elicitations, characters, or their combinations."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.statistics.analysis import analyse
from analysis.statistics.factors import compare_by, describe_factors
from analysis.statistics.judgements import BadData, read_judgements


def judgements(**columns: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"model": ["tiny", "tiny", "big"]} | columns)


def test_the_inquirer_model_alone_leaves_the_judgements_as_they_are() -> None:
    frame = judgements()
    assert compare_by(frame) is frame
    assert describe_factors(("model",)) == []


def test_a_level_is_a_combination_of_the_factors_and_people_are_none() -> None:
    frame = judgements(elicitation=["dialogue", None, "zero-shot"], character=["Coriolanus", None, "李白"])
    assert compare_by(frame, ["elicitation"])["model"].tolist() == ["dialogue", "none", "zero-shot"]
    assert compare_by(frame, ["character", "elicitation", "model"])["model"].tolist() == [
        "tiny, dialogue, Coriolanus",
        "tiny, none, none",
        "big, zero-shot, 李白",
    ]


def test_the_report_says_what_a_level_is_and_what_cannot_be_distinguished() -> None:
    assert describe_factors(["elicitation"]) == [
        "Each level of the mixed models, called a model in the results, is an elicitation."
    ]
    [levels, doubt] = describe_factors(["character", "model"])
    assert levels.endswith("is a combination of an inquirer model and a character.")
    assert "random intercept cannot be distinguished" in doubt


@pytest.mark.parametrize("columns", [{}, {"elicitation": [None, None, None]}])
def test_a_factor_that_the_data_lack_is_refused(columns: dict[str, list[str | None]]) -> None:
    with pytest.raises(BadData, match=r"No judgement names an elicitation, so nothing can be compared by it\."):
        compare_by(judgements(**columns), ["model", "elicitation"])


def test_a_level_must_not_be_called_as_all_of_them_are() -> None:
    with pytest.raises(BadData, match="'overall'"):
        compare_by(judgements(character=["overall", "x", "y"]), ["character"])


def test_an_effect_of_the_elicitation_is_found_in_a_file_of_judgements(tmp_path: Path) -> None:
    file = tmp_path / "judgements.csv"
    rows = ["participant,generator_user,model,detected,elicitation"]
    for evaluator in range(20):
        for person in range(10):
            way = "dialogue" if (evaluator + person) % 2 else "zero-shot"
            odd = (evaluator * 7 + person * 3) % 10
            rows.append(f"e{evaluator},p{person},tiny,{int(odd < (2 if way == 'dialogue' else 8))},{way}")
    file.write_text("\n".join(rows), "utf-8")
    frame = compare_by(read_judgements(file), ["elicitation"])
    detected = analyse(frame).models["detected"]
    assert detected.levels == ("dialogue", "zero-shot")
    assert detected.test is not None
    assert detected.test.p < 0.001
    [contrast] = detected.contrasts
    assert contrast.found is not None
