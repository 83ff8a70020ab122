"""How an engine adapts to the machine while it runs: its threads, and how often it sends what it has found."""

from collections.abc import Callable

from dialogue.backends.base import Reply, Sampling
from dialogue.backends.llama_cpp.pace import Pace
from dialogue.backends.llama_cpp.post import Post
from dialogue.backends.llama_cpp.request import Deliveries, Request
from dialogue.backends.llama_cpp.statistics import Statistics


def run(pace: Pace, steps: int, seconds: Callable[[int], float], rows: int = 4) -> list[int]:
    """Return the threads of so many steps, each of which takes ``seconds`` with its threads."""
    used = []
    for _ in range(steps):
        used.append(pace.threads(rows))
        pace.note(rows, seconds(used[-1]))
    return used


def share_of(threads: int, used: list[int]) -> float:
    return used.count(threads) / len(used)


def test_all_threads_are_used_while_they_are_faster():
    assert share_of(8, run(Pace(8), 1000, lambda threads: 1 / threads)) > 0.9


def test_fewer_threads_are_used_where_they_are_faster():
    assert share_of(1, run(Pace(8), 1000, lambda threads: threads)) > 0.9


def test_one_core_is_left_to_another_program_if_that_is_fastest():
    assert share_of(7, run(Pace(8), 1000, lambda threads: 1 if threads == 8 else 1 / threads)) > 0.9


def test_threads_follow_the_machine_when_it_becomes_busy_and_idle_again():
    pace = Pace(2)
    run(pace, 2000, lambda threads: 1 / threads)
    busy = run(pace, 2000, lambda threads: threads)
    idle = run(pace, 2000, lambda threads: 1 / threads)
    assert share_of(1, busy) > 0.8
    assert share_of(2, idle) > 0.8


def test_steps_of_different_sizes_are_told_apart():
    pace = Pace(2)
    run(pace, 100, lambda threads: threads, rows=1)
    run(pace, 100, lambda threads: 1 / threads, rows=128)
    assert (pace.threads(1), pace.threads(128)) == (1, 2)


def test_an_allowance_is_never_exceeded_and_what_was_learnt_about_it_is_kept():
    pace = Pace(2)
    run(pace, 100, lambda threads: threads)
    pace.most = 1
    assert share_of(1, run(pace, 100, lambda threads: threads)) == 1
    pace.most = 2
    assert pace.threads(4) == 1


class Counts:
    statistics = Statistics()


def request(number: int) -> Request:
    return Request(number, [], Sampling(), "", 0.0)


def test_text_is_sent_at_its_beginning_then_a_few_times_a_second_and_whole_with_the_end():
    sent: list[Deliveries] = []
    times = iter(range(1000))
    post = Post(sent.append, clock=lambda: next(times) / 100)
    for letter in "abcdefgh":
        post.add(request(1), letter)
        post.send_if_due(Counts())
    post.add(request(1), Reply("abcdefgh", "stop", 1, 8, 0.01, 0.09))
    post.send_if_due(Counts())
    texts = [text for each in sent for _, text in each.found if isinstance(text, str)]
    assert texts == ["a", "bcd", "efg", "h"]
    assert isinstance(sent[-1].found[-1][1], Reply)
    assert [each.statistics is not None for each in sent] == [False, False, False, True]


def test_what_was_cancelled_is_not_sent():
    sent: list[Deliveries] = []
    post = Post(sent.append)
    post.add(request(1), "a")
    post.drop(1)
    post.send_if_due(Counts())
    assert sent == []
