"""The choice of general instructions."""

from rolellm.general_instructions import Choice, choose
from rolellm.rolebench.instructions import Instruction


def test_long_and_similar_instructions_are_left_out_with_their_reason() -> None:
    given = [
        Instruction("Name three colours."),
        Instruction("Why does it rain?", ("short", "word " * 97)),
        Instruction("Name three colours, please."),
        Instruction("Why do birds sing?", ("word " * 96,)),
        Instruction("word " * 101),
    ]
    chosen = choose(given, "en", Choice(10, seed=1))
    reasons = {each.number: each.reason for each in chosen.left_out}
    assert sorted(chosen.kept + tuple(reasons)) == [0, 1, 2, 3, 4]
    assert len({0, 2} & set(chosen.kept)) == 1
    assert 3 in chosen.kept
    assert (reasons[1], reasons[4]) == ("long", "long")
    assert chosen.left_out[-1].explanation == "It has 101 words with its answer, more than 100."
    [duplicate] = [each for each in chosen.left_out if each.reason == "duplicate"]
    assert f"to “{given[chosen.kept[0]].question}”" in duplicate.explanation


def test_the_wanted_number_is_drawn_at_random_and_the_same_for_a_seed() -> None:
    given = [Instruction(f"alpha{number} beta{number} gamma{number}") for number in range(60)]
    draws = [choose(given, "en", Choice(10, seed=seed)) for seed in (1, 1, 2)]
    assert [len(each.kept) for each in draws] == [10, 10, 10]
    assert draws[0] == draws[1]
    assert draws[0].kept != draws[2].kept
    assert draws[0].kept != tuple(range(10))
    assert {each.reason for each in draws[0].left_out} == {"not_drawn"}


def test_chinese_instructions_are_measured_in_characters() -> None:
    chosen = choose([Instruction("天" * 101), Instruction("写 诗。")], "zh", Choice(5))
    assert chosen.kept == (1,)
