"""The reader of a streamed answer sees no self-reply, but every other word."""

from contextlib import aclosing
from random import Random

import pytest

from dialogue.backends.scripted import ScriptedModel
from dialogue.extraction import SELF_REPLY_MARKERS, cut_self_reply
from dialogue.messages import Message
from dialogue.outputs import Checks, Output
from dialogue.self_replies import OwnWords
from dialogue.speakers import History
from tests.dialogue.speaking import make_speaker

MARKS = ("<|im_end|>", "<|im_start|>", "</turn>\n<turn>user")
TEXTS = {
    "a mark": "Far.<|im_end|>\n<|im_start|>user\nthanks",
    "two marks": "Far.<|im_start|>user\n<|im_end|>",
    "a mark over two lines": "Far.</turn>\n<turn>user\nhi",
    "no mark": "1 <| 2 |> 3, <|im_ and </turn>\n<turn>model, <",
    "only a mark": "<|im_end|>",
    "nothing": "",
}


def pieces(text: str, draw: Random) -> list[str]:
    cuts = sorted(draw.randint(0, len(text)) for _ in range(draw.randint(0, 9)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_shown_is_the_text_before_the_mark_however_it_comes(text: str) -> None:
    own, _ = cut_self_reply(text, MARKS)
    for seed in range(200):
        words, shown = OwnWords(MARKS), ""
        for piece in pieces(text, Random(seed)):
            shown += words.add(piece)
            assert own.startswith(shown)
        assert shown + words.rest() == own


def test_words_are_shown_as_soon_as_they_can_begin_no_mark() -> None:
    words = OwnWords(MARKS)
    assert [words.add(piece) for piece in ("Far", " <", "b> ", "<|im", "_x")] == ["Far", " ", "<b> ", "", "<|im_x"]


def test_a_part_that_proves_to_be_a_thought_is_taken_back() -> None:
    words = OwnWords(MARKS)
    words.add("I think <|im_end|> so")
    assert words.set_back("") == ""
    assert words.add("Far.<") == "Far."
    assert words.add("|im_end|>") + words.rest() == ""


async def heard(text: str, markers: tuple[str, ...]) -> tuple[str, Output]:
    speaker = make_speaker("responder", ScriptedModel([text]), checks=Checks(5, 2, markers))
    shown = ""
    async with aclosing(speaker.stream(History([], [], [Message("user", "How far?")]), 0)) as stream:
        async for piece in stream:
            if isinstance(piece, Output):
                return shown, piece
            shown += piece if isinstance(piece, str) else ""
    raise AssertionError("the stream ends with its output")


@pytest.mark.parametrize(
    ("text", "markers"),
    [
        ("Divide it.<|im_end|>\n<|im_start|>user thanks a lot", MARKS),
        ("Divide it. ### Human: thanks a lot", SELF_REPLY_MARKERS),
        ("Divide it.[INST] thanks a lot", SELF_REPLY_MARKERS),
    ],
)
async def test_a_person_reads_what_the_record_says_was_said(text: str, markers: tuple[str, ...]) -> None:
    shown, output = await heard(text, markers)
    assert (shown.strip(), output.checked.text) == ("Divide it.", "Divide it.")
    assert output.checked.is_self_reply
    assert output.reply.text == text


async def test_without_marks_a_person_reads_everything() -> None:
    shown, output = await heard("Divide it.<|im_end|> thanks", ())
    assert shown == output.checked.text == "Divide it.<|im_end|> thanks"
    assert not output.checked.is_self_reply
