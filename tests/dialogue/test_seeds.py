"""The sampler's seed depends only on the purpose of an output."""

from itertools import product

from dialogue.seeds import RULE, RULE_VERSION, SpeakerName, sampler_seed

SPEAKERS: tuple[SpeakerName, SpeakerName] = ("inquirer", "responder")


def test_every_output_of_a_run_has_its_own_seed() -> None:
    outputs = list(product((73, 321), ("P01", "P02"), ("g1", "g2"), SPEAKERS, range(12), range(3)))
    assert len({sampler_seed(*output) for output in outputs}) == len(outputs)


def test_a_seed_has_32_bits() -> None:
    seeds = [sampler_seed(73, "P01", "goal", "inquirer", turn, 0) for turn in range(1000)]
    assert all(0 <= seed < 2**32 for seed in seeds)
    assert max(seeds) > 2**31


def test_fields_do_not_run_into_each_other() -> None:
    assert sampler_seed(7, "31", "g", "inquirer", 0, 0) != sampler_seed(73, "1", "g", "inquirer", 0, 0)
    assert sampler_seed(73, "P", "g", "inquirer", 1, 11) != sampler_seed(73, "P", "g", "inquirer", 11, 1)


def test_seeds_are_the_same_on_every_machine_and_in_every_version() -> None:
    """Published dialogues must remain reproducible, so a change here changes results, and needs another version of the rule."""
    assert (RULE, RULE_VERSION) == ("sampler_seed", 1)
    assert sampler_seed(73, "P01", "What is a bear?", "inquirer", 0, 0) == 1016244613
