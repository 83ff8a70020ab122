"""Dialogues written to and read from JSON lines."""

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from dialogue.personas import describe
from studies.files.records import OUTPUT_FIELDS, InvalidRecord, Place, Record, read_record, write_records
from studies.files.turn_records import RecordedTurn
from studies.models import Dialogue
from tests.collection.reading import read_records
from tests.factories import make_dialogue, make_output, make_run, make_turn

TURN = {"turn": 0, "model_inquirer": "What is a bear?", "model_responder": "An animal."}
OFFICIAL: dict[str, Any] = {
    "persona": "an individual",
    "sample": {"instruction": "You want to know what a bear is."},
    "num_turns": 1,
    "dialog": [TURN],
}
OUTPUT: dict[str, Any] = {
    "position": 0,
    "side": "inquirer",
    "attempt": 0,
    "verdict": "said",
    "raw": "",
    "text": "",
    "prompts_found": 1,
    "is_self_reply": False,
    "left_out": 0,
    "prompt_tokens": 10,
    "completion_tokens": 0,
    "unsent": "seed top_k",
    "thought_characters": 0,
    "thought_tokens": 0,
    "first_token_seconds": 0.0,
    "seconds": 1,
    "stop_reason": "stop",
}
ODD = 'Line\nbreaks\r\n, "quotes", \\ backslashes, \u2028 and \x85 separators, \t tabs, 🐻 and [INST] <<SYS>>'


def line(**changes: Any) -> str:
    """Return an official line with changed values; None omits a key."""
    return json.dumps({key: value for key, value in (OFFICIAL | changes).items() if value is not None})


def written(path: Path) -> list[Record]:
    """Return all dialogues, written to a file and read again."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(write_records(Dialogue.objects.order_by("pk")))
    with path.open(encoding="utf-8") as file:
        return read_records(file)


@pytest.mark.django_db
def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    dialogue = make_dialogue(turns=2)
    make_output(dialogue, 2, status="stop", raw="FINISH", prompts_found=0)
    (record,) = written(tmp_path / "dialogues.jsonl")
    assert record.persona == describe(dialogue.persona.features)
    assert (record.instruction, record.goal_number) == (dialogue.goal.text, dialogue.goal.number)
    assert (record.persona_id, record.seed, record.ending) == (dialogue.persona.code, 73, "goal_reached")
    assert (record.kind, record.is_unfinished) == ("simulated", False)
    assert (record.inquirer, record.responder) == (dialogue.inquirer, dialogue.responder)
    assert list(record.turns) == [
        RecordedTurn(turn.utterance, turn.response, turn.utterance_tokens, turn.response_tokens)
        for turn in dialogue.turns.all()
    ]
    assert list(record.outputs) == list(dialogue.outputs.values(*OUTPUT_FIELDS.values()))


@pytest.mark.django_db
def test_any_text_survives_in_one_line(tmp_path: Path) -> None:
    dialogue = make_dialogue(turns=0)
    make_turn(dialogue, 0, utterance=ODD, response=ODD)
    (record,) = written(tmp_path / "dialogues.jsonl")
    assert (record.turns[0].utterance, record.turns[0].response) == (ODD, ODD)


@pytest.mark.django_db
def test_a_dialogue_that_is_still_going_on_is_written_without_an_ending_and_read_as_unfinished() -> None:
    written = next(write_records(Dialogue.objects.filter(pk=make_dialogue(ending="").pk)))
    entry = json.loads(written)
    assert (entry["ending"], entry["ended_at"], entry["num_turns"]) == ("", None, 2)
    assert read_records([written])[0].is_unfinished


@pytest.mark.django_db
def test_many_dialogues_take_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for cell in make_run(seeds=(1, 2, 3)).simulations.all():
        make_dialogue(cell)
    with django_assert_max_num_queries(9):
        assert len(list(write_records(Dialogue.objects.all()))) == 12


def test_the_official_format_is_read_without_our_keys() -> None:
    assert read_records([line()]) == [
        Record(1, "an individual", OFFICIAL["sample"]["instruction"], (RecordedTurn("What is a bear?", "An animal."),))
    ]


def fields(output: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of a line as fields of an Output."""
    renamed = {"side": "speaker", "verdict": "status"}
    return {renamed.get(key, key): value for key, value in output.items()}


def test_our_own_outputs_are_read_as_they_are() -> None:
    assert read_records([line(outputs=[OUTPUT])])[0].outputs == (fields(OUTPUT),)


def test_outputs_that_were_exported_before_thoughts_were_counted_are_read() -> None:
    earlier = {name: value for name, value in OUTPUT.items() if not name.startswith("thought_")}
    assert read_records([line(outputs=[earlier])])[0].outputs == (fields(earlier),)


def test_tokens_that_nobody_counted_stay_unknown() -> None:
    unknown = {"prompt_tokens": None, "completion_tokens": None}
    assert read_records([line(outputs=[OUTPUT | unknown])])[0].outputs == (fields(OUTPUT | unknown),)


def test_a_dialogue_without_turns_is_one() -> None:
    assert read_records([line(num_turns=0, dialog=[])])[0].turns == ()


def test_blank_lines_are_passed_over_and_counted() -> None:
    assert [record.line for record in read_records(["\n", line(), "  \n", line()])] == [2, 4]


@pytest.mark.parametrize("text", ["no json", "{", '{"persona": ', "{}}", "nan,", "9" * 5000])
def test_a_line_that_is_not_json_is_named(text: str) -> None:
    with pytest.raises(InvalidRecord, match=r"^Line 3 is not JSON \(.*\)\. Each line must be one dialogue\.$"):
        read_records([line(), "", text])


@pytest.mark.parametrize("key", OFFICIAL)
def test_a_line_that_lacks_a_key_is_named_with_the_key(key: str) -> None:
    with pytest.raises(InvalidRecord, match=rf"^Line 2 lacks the key '{key}' of the official format\.$"):
        read_records([line(), line(**{key: None})])


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"sample": {}}, "instruction"),
        ({"dialog": [{"turn": 0, "model_responder": "An animal."}]}, "model_inquirer"),
        ({"dialog": [{"turn": 0, "model_inquirer": "What?"}]}, "model_responder"),
        ({"outputs": [{"position": 0}]}, "side"),
    ],
)
def test_a_key_missing_further_down_is_named_too(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidRecord, match=f"^Line 1 lacks the key '{key}'"):
        read_records([line(**changes)])


@pytest.mark.parametrize("text", ["[]", "3", '"text"', "null", "true", "[1, 2]"])
def test_json_that_is_no_object_is_named(text: str) -> None:
    with pytest.raises(InvalidRecord, match=r"^Line 1 is not a dialogue in the official format"):
        read_records([text])


@pytest.mark.parametrize(
    "changes",
    [
        {"persona": 3},
        {"sample": "You want to know."},
        {"sample": {"instruction": ["a"]}},
        {"dialog": {"turn": 0}},
        {"dialog": [3]},
        {"dialog": 3},
        {"dialog": [TURN | {"turn": 1}, TURN], "num_turns": 2},
        {"dialog": [TURN, TURN], "num_turns": 2},
        {"seed": True},
        {"dialog": [{"model_inquirer": 3, "model_responder": "Yes."}]},
        {"num_turns": 2},
        {"num_turns": "one"},
        {"persona_id": 3},
        {"goal": "one"},
        {"seed": "73"},
        {"seed": 10**30},
        {"ending": "bored"},
        {"ending": 3},
        {"responder": "tiny"},
        {"responder": {"model": 3}},
        {"responder": {"model": "m" * 101}},
        {"inquirer": "vicuna"},
        {"inquirer": {"model": "m" * 101}},
        {"kind": "artificial"},
        {"kind": ["natural"]},
        {"outputs": 3},
        {"outputs": ["said"]},
        {"outputs": [OUTPUT | {"position": None}]},
        {"outputs": [OUTPUT | {"position": -1}]},
        {"outputs": [OUTPUT | {"side": "chatbot"}]},
        {"outputs": [OUTPUT | {"verdict": "good"}]},
        {"outputs": [OUTPUT | {"seconds": "soon"}]},
        {"outputs": [OUTPUT | {"seconds": "Infinity"}]},
        {"outputs": [OUTPUT | {"seconds": 10**400}]},
        {"outputs": [OUTPUT | {"prompt_tokens": 10**30}]},
        {"tokens": 3},
        {"tokens": {"prompt": 3}},
        {"tokens": ["three"]},
        {"tokens": [{"prompt": "three"}]},
        {"tokens": [{"prompt": -1}]},
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_in_one_sentence_that_names_the_line(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidRecord) as caught:
        read_records([line(), line(**changes)])
    assert str(caught.value).startswith("Line 2 is not a dialogue in the official format (")
    assert str(caught.value).endswith(").")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1, 2]", "[1, 2] should be an object"),
        (line(persona=["a"]), '["a"] should be text'),
        (line(seed="73"), '"73" should be a whole number'),
        (line(dialog={}), "{} should be a list"),
        (line(dialog=[TURN | {"turn": 1}, TURN]), "its turns are numbered 1, 0, so their order is unclear"),
        ("[" * 200 + "]" * 200, "it is nested deeper than 20 levels"),
    ],
)
def test_the_reason_speaks_of_what_is_in_the_file(text: str, reason: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        read_records([text])
    assert str(caught.value) == f"Line 1 is not a dialogue in the official format ({reason})."


@pytest.mark.parametrize("character", ["\x00", "\ud83d", "\ude00"])
def test_characters_that_no_database_accepts_are_made_visible(character):
    said = f"half {character} here"
    dialog = [{"turn": 0, "model_inquirer": said, "model_responder": said}]
    record = read_record(1, line(dialog=dialog, persona=said))
    assert (record.is_mended, record.persona) == (True, "half \N{REPLACEMENT CHARACTER} here")
    assert record.turns == (RecordedTurn(record.persona, record.persona),)
    assert not read_record(1, line(persona="a whole pair \ud83d\ude00 and \u2028")).is_mended


@pytest.mark.parametrize("speaker", ["inquirer", "responder"])
def test_such_text_is_made_visible_deep_inside_what_a_line_says_about_a_model(speaker):
    found = getattr(read_record(1, line(**{speaker: {"model": "m", "a\x00": {"stop": ["b\ud83d"]}}})), speaker)
    assert found == {"model": "m", "a\N{REPLACEMENT CHARACTER}": {"stop": ["b\N{REPLACEMENT CHARACTER}"]}}


def test_bytes_are_read_as_utf_8_with_or_without_a_mark_or_the_line_is_named():
    written = line(persona="größer").encode()
    assert read_record(1, written).persona == read_record(1, b"\xef\xbb\xbf" + written).persona == "größer"
    with pytest.raises(InvalidRecord, match=r"^Line 7 is not UTF-8 text\. Save the file in UTF-8\.$"):
        read_record(7, json.dumps({"persona": "größer"}, ensure_ascii=False).encode("latin-1"))


@pytest.mark.parametrize("end", [", nothing", "", ', "num_turns": 3', ', "num_turns": 3}', ', "dialog": [{]}'])
def test_an_error_in_a_broken_line_names_its_dialogue(end):
    begun = '{"persona": "an \\"individual\\" \\u00e9", "sample": {"instruction": "Fly.\\n"}' + end
    with pytest.raises(InvalidRecord) as caught:
        read_record(1, begun)
    assert caught.value.place == Place('an "individual" é', "Fly.\n")


@pytest.mark.parametrize(
    "text", ['{"persona": "x', '{"persona": "x", "sample": {"instruction": "y', "[]", '{"sample": {}}']
)
def test_of_less_nothing_is_known(text):
    with pytest.raises(InvalidRecord) as caught:
        read_record(1, text)
    assert caught.value.place is None


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("place", ['"seed": {}', '"responder": {{"temperature": {}}}', '"tokens": [{{"prompt": {}}}]'])
def test_a_number_that_is_not_finite_is_refused_wherever_it_stands(number, place):
    with pytest.raises(InvalidRecord, match=rf"^Line 2 is not JSON \({number} is not a finite number\)"):
        read_records([line(), f"{line()[:-1]}, {place.format(number)}}}"])


@pytest.mark.parametrize("wrong", ['"num_turns": {}', '"kind": {}', '"ending": {}', '"outputs": [{{"position": {}}}]'])
def test_an_error_message_quotes_the_beginning_of_the_wrong_value(wrong):
    value = '"' + "1" * 1_000_000 + '"'
    with pytest.raises(InvalidRecord, match=r"Line 1 is not a dialogue.*11111…\)\.$") as caught:
        read_records([f"{line()[:-1]}, {wrong.format(value)}}}"])
    assert len(str(caught.value)) < 300


def test_json_nested_beyond_reason_is_refused_with_its_line():
    with pytest.raises(InvalidRecord, match="Line 1 is not JSON"):
        read_records(["[" * 100_000])
    with pytest.raises(InvalidRecord, match=r"Line 1 is not a dialogue.*nested deeper than 20 levels"):
        read_records([line(responder=json.loads('{"a": ' * 900 + "1" + "}" * 900))])
