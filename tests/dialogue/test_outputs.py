"""The checks of an output, and their order."""

import pytest

from dialogue.outputs import CheckedOutput, Checks, OutputStatus, check_output
from tests.dialogue.speaking import CHECKS, REPETITIVE

AT_AN_API = Checks(CHECKS.max_n, CHECKS.repeats, ())


def test_an_inquirer_says_its_first_quoted_string() -> None:
    assert check_output("inquirer", 'Sure! "What is a bear?"', CHECKS) == CheckedOutput("said", "What is a bear?", 1)


def test_further_prompts_are_counted_and_not_said() -> None:
    assert check_output("inquirer", '"One?" or "two?" or "three?"', CHECKS) == CheckedOutput("said", "One?", 3)


def test_padding_and_line_breaks_inside_the_quotes_stay() -> None:
    assert check_output("inquirer", 'Ask: " What\nis it? " now', CHECKS).text == " What\nis it? "


def test_a_responder_says_everything_without_the_space_around_it() -> None:
    assert check_output("responder", ' A "bear" is an animal. FINISH \n', CHECKS) == CheckedOutput(
        "said", 'A "bear" is an animal. FINISH'
    )


@pytest.mark.parametrize("raw", ["", " \n", "[INST] more", '### Human: "And?"'])
@pytest.mark.parametrize("speaker", ["inquirer", "responder"])
def test_an_output_with_nothing_left_has_status_empty(speaker: str, raw: str) -> None:
    assert check_output("inquirer" if speaker == "inquirer" else "responder", raw, CHECKS).status == "empty"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (f'FINISH "{REPETITIVE}"', "incoherent"),
        (REPETITIVE, "incoherent"),
        ('FINISH "What is a bear?"', "stop"),
        ("What is a bear?", "no_prompt"),
        ('I say ""', "no_prompt"),
        ('I say " \n "', "no_prompt"),
        ('"" or "What is a bear?" then', "no_prompt"),
        ('"FINISH" he said', "stop"),
    ],
)
def test_an_inquirers_output_is_incoherent_before_it_is_a_stop_before_it_lacks_a_prompt(
    raw: str, status: OutputStatus
) -> None:
    assert check_output("inquirer", raw, CHECKS).status == status


def test_a_self_reply_is_cut_before_anything_else_is_looked_at() -> None:
    assert check_output("inquirer", f'"Why?" okay [INST] {REPETITIVE} FINISH', CHECKS) == CheckedOutput(
        "said", "Why?", 1, is_self_reply=True
    )
    assert check_output("responder", f"Because. ### Human: {REPETITIVE}", CHECKS) == CheckedOutput(
        "said", "Because.", is_self_reply=True
    )


def test_a_stop_that_only_a_self_reply_hides_is_found() -> None:
    assert check_output("inquirer", "We are done. FINISH [INST] more", CHECKS) == CheckedOutput(
        "stop", is_self_reply=True, has_rest=True
    )


def test_at_an_api_marks_are_words_like_any_other() -> None:
    assert check_output("responder", "Type [INST] first.", AT_AN_API) == CheckedOutput("said", "Type [INST] first.")


def test_only_what_reaches_the_other_side_is_text() -> None:
    raws = ["", REPETITIVE, "FINISH", "no quotes"]
    assert [check_output("inquirer", raw, CHECKS).text for raw in raws] == [""] * 4


def test_an_unused_prompt_is_still_counted() -> None:
    assert check_output("inquirer", '"" and "more"', CHECKS).prompts_found == 2
