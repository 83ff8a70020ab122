"""The progress bar in the terminal, and the speeds in the JSON object."""

from collections.abc import Iterator

import pytest

from dialogue.backends.base import Reply
from dialogue.outputs import CheckedOutput, Output
from dialogue.roleplay import Ended, Exchange
from dialogue.seeds import SpeakerName
from simulation.progress_bar import ProgressBar
from simulation.reports import Throughput, time_left


def output(speaker: SpeakerName, tokens: int | None) -> Output:
    return Output(speaker, 0, 0, Reply("Hi.", "stop", 10, tokens, 0.1, 0.2), CheckedOutput("said", "Hi."))


def clock(*seconds: float) -> Iterator[float]:
    yield from seconds
    while True:
        yield seconds[-1]


def test_speeds_count_endings_and_the_tokens_of_both_sides_since_the_bar_began() -> None:
    times = clock(100.0, 136.0)
    with ProgressBar(10, 4, times.__next__) as bar:
        bar.step(Exchange(0, "Hi.", "Hi.", (output("inquirer", 20), output("responder", 50))))
        bar.step(Ended("goal_reached", (output("inquirer", 2),)))
    assert bar.throughput == Throughput(100.0, 2.0)


def test_the_bar_begins_at_what_is_done_and_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(10, 4, clock(0.0, 36.0).__next__) as bar:
        bar.step(Ended("max_turns"))
    written = capsys.readouterr()
    assert written.out == ""
    assert "4/10" in written.err
    assert "5/10" in written.err
    assert "100 dialogues/h, 0 tokens/s" in written.err


def test_tokens_that_a_provider_does_not_count_have_no_speed(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(10, 0, clock(0.0, 36.0).__next__) as bar:
        bar.step(Exchange(0, "Hi.", "Hi.", (output("inquirer", 20), output("responder", None))))
        bar.step(Ended("goal_reached", (output("inquirer", 2),)))
    assert bar.throughput == Throughput(100.0, None)
    assert "100 dialogues/h, – tokens/s" in capsys.readouterr().err


def test_no_time_is_no_speed() -> None:
    with ProgressBar(1, 0, clock(5.0).__next__) as bar:
        assert bar.throughput == Throughput(None, None)


def test_settings_that_a_server_was_not_sent_are_named_once_above_the_bar(capsys: pytest.CaptureFixture[str]) -> None:
    reply = Reply("Hi.", "stop", 10, 2, 0.1, 0.2, unsent=("seed", "top_k"))
    said = Exchange(
        0, "Hi.", "Hi.", (Output("inquirer", 0, 0, reply, CheckedOutput("said", "Hi.")), output("responder", 5))
    )
    with ProgressBar(10, 0) as bar:
        bar.step(said)
        bar.step(said)
    assert capsys.readouterr().err.count("The inquirer's outputs are generated without seed and top_k, because") == 1


def test_each_reason_for_a_retry_is_printed_once_above_the_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(10, 4) as bar:
        for sentence in ("The server is down.", "The server is down.", "The key is wrong."):
            bar.error(sentence)
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("A dialogue failed and will be tried again. The server is down.") == 1
    assert "The key is wrong." in written.err


def test_the_bar_says_how_long_the_rest_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(10, 4, clock(0.0, 36.0).__next__) as bar:
        bar.step(Ended("max_turns"))
    assert "about 3 min left" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("hours", "words"), [(0.001, "about 1 min"), (1.5, "about 90 min"), (20, "about 20 h"), (60, "about 2 days")]
)
def test_time_left_is_no_more_precise_than_it_is_known(hours: float, words: str) -> None:
    assert time_left(hours) == words
