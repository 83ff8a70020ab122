"""The doctor plays two turns with a model and says which settings fit."""

import re
import tomllib
from collections.abc import Sequence
from typing import Any

import pytest

from dialogue import prompts
from dialogue.backends.base import BackendError
from dialogue.backends.scripted import ScriptedModel
from dialogue.doctor.advice import Advice, advise
from dialogue.doctor.diagnosis import describe
from dialogue.doctor.examination import Examination, examine
from dialogue.doctor.findings import Findings
from dialogue.doctor.table import as_text
from dialogue.doctor.trials import CASES
from dialogue.messages import Message, Speaking
from dialogue.model_config import ModelSpec
from dialogue.prompts import NamedPrompts
from tests.dialogue.speaking import REPETITIVE


def spec(**settings: Any) -> ModelSpec:
    return ModelSpec(name="new model", backend="scripted", replies=("unused",), **settings)


async def examined(*replies: str, model: ModelSpec | None = None) -> tuple[Examination, Advice]:
    described = model or spec()
    found = await examine(described, ScriptedModel(replies))
    return found, advise(described, found)


class OnceUnquoted(ScriptedModel):
    """A model that forgets the quotation marks in its first output about one goal."""

    def _find(self, messages: Sequence[Message], role: Speaking) -> str:
        reply = super()._find(messages, role)
        is_it = len(messages) < 4 and any(CASES[0].goal in message.content for message in messages)
        return reply.strip('"') if is_it else reply


def with_set(found: Examination, name: str) -> Findings:
    return next(each for each in found.inquirer if each.prompts == name)


async def test_a_model_without_quotations_is_advised_to_use_a_set_that_reads_the_whole_output():
    found, advice = await examined("Tell me about bears.", "What do they eat?")
    assert (with_set(found, "plain").usable, with_set(found, "llama-2").no_prompt) == (16, 16)
    assert advice.prompts == "plain"
    assert advice.why.startswith("Use the prompt set plain for the inquirer: 16 of 16 outputs can be used")
    assert advice.options == "--inquirer-prompts plain"
    said = " ".join(describe(found))
    assert "16 of 16 outputs contain no quotation: use a set that reads the whole output." in said
    assert "16 of 16 outputs contain no JSON object with a message" in said


async def test_the_set_of_models_toml_comes_first_and_stays_if_it_fits():
    model = spec(inquirer={"prompts": "vicuna", "coherence": {"max_n": 4}})
    found, advice = await examined('"Why?"', '"How?"', model=model)
    assert [each.prompts for each in found.inquirer] == ["vicuna", "plain", "json", "llama-2"]
    assert advice.prompts == "vicuna"


async def test_a_set_that_nearly_always_fits_stays_although_another_one_always_does():
    model = spec(inquirer={"prompts": "vicuna", "coherence": {"max_n": 4}})
    found = await examine(model, OnceUnquoted(['"Why?"', '"How?"']))
    assert (with_set(found, "vicuna").usable, with_set(found, "plain").usable) == (15, 16)
    assert advise(model, found).prompts == "vicuna"


async def test_a_model_that_follows_a_schema_is_advised_to_use_json_if_the_rest_fails():
    answer = '{"message": "Tell me about bears.", "finished": false}'
    model = spec(inquirer={"prompts": "json", "coherence": {"max_n": 4}})
    found, advice = await examined(answer, '{"message": "", "finished": true}', model=model)
    assert with_set(found, "json").usable == 16
    assert advice.prompts == "json"


async def test_a_dialogue_that_ends_before_any_answer_is_a_fault_and_a_later_end_is_none():
    found, _ = await examined("FINISH", "FINISH")
    plain = with_set(found, "plain")
    assert (plain.usable, plain.early) == (8, 8)
    assert "8 dialogues end before the first answer" in " ".join(describe(found))


async def test_an_inquirer_that_speaks_as_an_assistant_is_not_usable_but_a_responder_may():
    found, advice = await examined("How can I help you today?", "As an AI, I cannot ask.")
    assert (with_set(found, "plain").flips, with_set(found, "plain").usable) == (16, 0)
    assert found.responder is not None
    assert found.responder.usable == 16
    assert advice.why.startswith("No prompt set fits well.")


async def test_speaking_as_an_assistant_is_not_measured_in_another_language():
    german = prompts.load("plain").model_copy(update={"language": "de-AT"})
    chosen = NamedPrompts("meins@1", german)
    found = await examine(spec(), ScriptedModel(["Wie kann ich helfen?", "As an AI, I cannot ask."]), chosen)
    assert (with_set(found, "meins@1").flips, with_set(found, "meins@1").usable) == (None, 16)
    assert with_set(found, "plain").flips == 8
    assert "is not measured in this language (de-AT)" in " ".join(describe(found))
    heading, *rows = (re.split(" {2,}", line) for line in as_text(found).splitlines())
    [row] = [row for row in rows if row[1] == "meins@1"]
    assert row[heading.index("wrong role")] == "–"


async def test_leaked_marks_are_named_and_advised_as_marks():
    found, advice = await examined("Why?\n<|end_of_text|>", "How?<|end_of_text|>")
    assert with_set(found, "plain").leaks == ("<|end_of_text|>",)
    table = tomllib.loads(advice.lines)["models"]["new model"]
    assert "<|end_of_text|>" in table["marks"]
    assert "[INST" in table["marks"]


async def test_repetitions_lead_to_a_repeat_penalty_that_keeps_the_other_settings():
    found, advice = await examined(REPETITIVE, REPETITIVE, model=spec(sampling={"temperature": 0.3}))
    assert with_set(found, "plain").incoherent == 16
    assert tomllib.loads(advice.lines)["models"]["new model"]["sampling"] == {"temperature": 0.3, "repeat_penalty": 1.1}


async def test_the_advised_lines_describe_a_model():
    _, advice = await examined("Tell me about bears.", "What do they eat?")
    told = tomllib.loads(advice.lines)["models"]["new model"]
    described = spec(**told)
    assert described.inquirer is not None
    assert described.responder is not None
    assert described.responder.max_tokens == 1000
    assert (described.inquirer.prompts, described.inquirer.max_tokens) == ("plain", 100)


async def test_a_prompt_set_that_the_model_cannot_play_is_reported_in_its_sentence():
    found, advice = await examined("Why?", "How?", model=spec(system="none"))
    assert found.inquirer == ()
    assert len(found.refusals) == 3
    assert "leaves out its persona" in " ".join(describe(found))
    assert (advice.prompts, advice.options) == ("", "")


async def test_thoughts_are_counted_and_get_the_room_that_they_need():
    thinking = "<think>" + "what is that then " * 60 + "</think>"
    found, _ = await examined(f"{thinking}Tell me about bears.", f"{thinking}What do they eat?")
    plain = with_set(found, "plain")
    assert (plain.usable, plain.thinking, plain.limit) == (16, 16, 1000)


async def test_the_table_has_a_row_for_each_set_and_leaves_out_faults_that_never_occur():
    found, _ = await examined("Tell me about bears.", "What do they eat?")
    heading, *rows = as_text(found).splitlines()
    assert [row.split()[1] for row in rows] == ["llama-2-responder", "plain", "json", "llama-2"]
    assert "no prompt" in heading
    assert "wrong role" not in heading


async def test_a_model_that_does_not_answer_is_an_error_and_no_finding():
    with pytest.raises(BackendError, match="Busy"):
        await examine(spec(), ScriptedModel([BackendError("Busy."), "Why?", "How?"]))
