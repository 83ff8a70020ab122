"""RoleBench's files: rows, joins, scores, leaks."""

import json

import pytest

from rolellm.languages import Language
from rolellm.rolebench.joins import join
from rolellm.rolebench.leaks import leaked
from rolellm.rolebench.rows import BenchRow, UnreadableBenchmark, read_rows
from rolellm.rolebench.scores import SplitScore, detect_language, score, score_by_role
from tests.rolellm.references import DATA, expected

SPLITS = {
    "english, instruction split, SPE": "rolebench-eng/instruction-generalization/role_specific",
    "english, role split, SPE (rows that have a baseline)": "rolebench-eng/role-generalization/role_specific",
    "chinese, SPE": "rolebench-zh/role_specific",
    "chinese, CUS": "rolebench-zh/general",
}


def row(role="Jack", question="Who?", *generated):
    return BenchRow(role, question, generated or ("Me.",))


def joined(split):
    folder = DATA / SPLITS[split]
    return join(read_rows(folder / "test.jsonl"), read_rows(folder / "rolegpt_baseline.jsonl"))


@pytest.mark.parametrize("split", SPLITS)
def test_the_published_baseline_has_the_reference_scores(split) -> None:
    numbers = expected()["sample"][split]
    language: Language = "zh" if "chinese" in split else "en"
    answered = joined(split).answered
    scores = score(answered, language)
    published, usual = ("rouge_characters", "rouge_chinese_jieba") if language == "zh" else ("rouge", "rouge_score")
    assert detect_language(answered) == language
    assert scores.rows == numbers["rows"]
    assert scores.as_published == pytest.approx(numbers[published]["recall"]["max"], abs=1e-6)
    assert scores.rouge_score_f_first == pytest.approx(numbers[usual]["f"]["first"], abs=1e-6)


def test_rows_without_a_partner_are_listed() -> None:
    found = joined("english, role split, SPE (rows that have a baseline)")
    assert (len(found.answered), len(found.unmatched_references), found.unmatched_predictions) == (30, 30, ())


def test_rows_join_by_exactly_the_same_role_and_question() -> None:
    references = [row("Jack", " Who?"), row("Jack", "Who?"), row("Jill", "Why?")]
    predictions = [row("Jack", "Who?", "first"), row("Jack", "Who?", "second"), row("jill", "Why?")]
    found = join(references, predictions)
    assert [(each.row, each.prediction) for each in found.answered] == [(references[1], "first")]
    assert found.unmatched_references == (references[0], references[2])
    assert found.unmatched_predictions == (predictions[2],)
    assert found.repeated_predictions == (predictions[1],)


def test_scores_take_the_best_or_the_first_reference_and_count_all_words() -> None:
    found = join([row("Jack", "Who?", "no one", "I am Jack now")], [row("Jack", "Who?", "I am Jack")])
    assert score(found.answered, "en") == SplitScore(1, 0.75, 0.0, 3, 3)


def test_each_role_has_its_own_scores() -> None:
    found = join(
        [row("Jack"), row("Jill"), row("Jill", "Why?")], [row("Jack"), row("Jill"), row("Jill", "Why?", "No.")]
    )
    scores = score_by_role(found.answered, "en")
    assert {role: (each.rows, each.as_published) for role, each in scores.items()} == {
        "Jack": (1, 1.0),
        "Jill": (2, 0.5),
    }


def test_a_test_question_leaks_if_training_has_it_for_any_role_apart_from_case_and_margins() -> None:
    test = [row("Jack", " Who are YOU? "), row("Jack", "Where are you?")]
    assert leaked(test, [row("Jill", "who are you?")]) == test[:1]


def test_a_question_is_kept_for_joining_and_stripped_for_asking() -> None:
    assert row("Jack", " Who?\n").key == ("Jack", " Who?\n")
    assert row("Jack", " Who?\n").asked == "Who?"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        json.dumps({"role": "Jack", "question": "Who?"}),
        json.dumps({"role": 1, "question": "", "generated": ["a"]}),
    ]
    + [json.dumps({"role": "Jack", "question": "Who?", "generated": generated}) for generated in ([], "text", [None])],
)
def test_a_line_that_is_no_row_is_named(tmp_path, line) -> None:
    path = tmp_path / "test.jsonl"
    path.write_text(json.dumps({"role": "Jack", "question": "Who?", "generated": ["Me."]}) + "\n\n" + line)
    with pytest.raises(UnreadableBenchmark, match=r"Line 3 of .* is not a RoleBench row"):
        read_rows(path)


@pytest.mark.parametrize(
    ("content", "complaint"), [(None, "There is no file"), (b"\n", "no rows"), (b"\xff", "not UTF-8")]
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path, content, complaint) -> None:
    path = tmp_path / "test.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableBenchmark, match=complaint):
        read_rows(path)


def test_a_folder_is_refused_with_what_to_do(tmp_path) -> None:
    with pytest.raises(UnreadableBenchmark, match=r"cannot be read \(Is a directory\)\. Choose a file"):
        read_rows(tmp_path)
