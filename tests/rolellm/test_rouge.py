"""ROUGE-L in both definitions, compared with the packages that define them."""

from collections.abc import Callable
from functools import partial
from statistics import fmean

import pytest

from rolellm.languages import Language
from rolellm.rouge import published, usual
from rolellm.rouge.scores import NOTHING, Score
from tests.rolellm.references import DATA, expected, read_lines

ENGLISH, CHINESE = DATA / "rolebench-eng", DATA / "rolebench-zh"
FILES = {
    "english, instruction split, SPE": ENGLISH / "instruction-generalization" / "role_specific",
    "english, role split, SPE (rows that have a baseline)": ENGLISH / "role-generalization" / "role_specific",
    "english, role split, general: first reference against the others": ENGLISH / "role-generalization" / "general",
    "chinese, SPE": CHINESE / "role_specific",
    "chinese, CUS": CHINESE / "general",
}
MEASURES: dict[str, tuple[Callable[[str, str, Language], Score], Language]] = {
    "rouge": (published.rouge_l, "en"),
    "rouge_score": (usual.rouge_l, "en"),
    "rouge_score_stemmed": (partial(usual.rouge_l, is_stemmed=True), "en"),
    "rouge_characters": (published.rouge_l, "zh"),
    "rouge_chinese_jieba": (usual.rouge_l, "zh"),
}
SCORES = [
    (sample, measure) for sample, numbers in expected()["sample"].items() for measure in MEASURES if measure in numbers
]
CASES = [(case, measure) for case in expected()["cases"] for measure in MEASURES if f"{measure} p r f" in case]


def texts(sample):
    """Return the hypothesis and the references of each row, as expected.json describes them."""
    rows = read_lines(FILES[sample] / "test.jsonl")
    if "against the others" in sample:
        return [(row["generated"][0], row["generated"][1:]) for row in rows if len(row["generated"]) > 1]
    answers = {
        (row["role"], row["question"]): row["generated"][0]
        for row in read_lines(FILES[sample] / "rolegpt_baseline.jsonl")
    }
    keyed = [((row["role"], row["question"]), row["generated"]) for row in rows]
    return [(answers[key], references) for key, references in keyed if key in answers]


@pytest.mark.parametrize(("sample", "measure"), SCORES)
def test_the_published_rows_have_the_reference_scores(sample, measure) -> None:
    rouge_l, language = MEASURES[measure]
    numbers = expected()["sample"][sample]
    scores = [[rouge_l(answer, each, language) for each in references] for answer, references in texts(sample)]
    assert len(scores) == numbers["rows"]
    for statistic in ("precision", "recall", "f"):
        values = [[getattr(score, statistic) for score in row] for row in scores]
        found = {
            "first": fmean(row[0] for row in values),
            "max": fmean(map(max, values)),
            "mean": fmean(map(fmean, values)),
        }
        assert found == pytest.approx(numbers[measure][statistic], abs=1e-6)
    per_row = numbers["per_row"]
    if by_row := per_row.get(f"{measure} recall max"):
        assert [max(score.recall for score in row) for row in scores] == pytest.approx(by_row, abs=1e-6)
    if by_row := per_row.get(f"{measure} f first"):
        assert [row[0].f for row in scores] == pytest.approx(by_row, abs=1e-6)


@pytest.mark.parametrize(("case", "measure"), CASES)
def test_edge_cases_have_the_reference_scores(case, measure) -> None:
    rouge_l, language = MEASURES[measure]
    score = rouge_l(case["hypothesis"], case["reference"], language)
    assert [score.precision, score.recall, score.f] == pytest.approx(case[f"{measure} p r f"], abs=1e-6)


def test_a_text_of_thousands_of_words_is_scored_without_recursion() -> None:
    text = "word " * 3000
    assert published.rouge_l(text, text, "en").recall == 1


def test_white_space_between_full_stops_is_an_empty_token() -> None:
    assert published.rouge_l("a. .", "b. .", "en").recall == pytest.approx(0.5)
    assert published.rouge_l("...", "a", "en") is NOTHING


def test_a_blank_line_of_a_chinese_text_counts_as_two_empty_words() -> None:
    assert usual.rouge_l("好。\n\n好。", "好。", "zh").precision == pytest.approx(2 / 6)
