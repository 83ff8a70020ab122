"""Which processes, threads and kernel an engine gets: measured once for each file and machine, and settable."""

from pathlib import Path

import pytest

from dialogue.backends import notes, registry
from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.llama_cpp import choice, configuration, examine, measuring
from dialogue.backends.llama_cpp.choice import choose, known_choice
from dialogue.backends.llama_cpp.configuration import Configuration, candidates
from dialogue.backends.llama_cpp.launch import launch
from dialogue.backends.llama_cpp.measuring import Measured, Speed, compare, rank
from dialogue.backends.llama_cpp.memory import Plan, plan_memory
from dialogue.backends.llama_cpp.model_file import ModelFacts, read_facts
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.llama_models import described

FACTS = ModelFacts(weights=1 << 30, cache_per_token=1024, width=512, vocabulary=1000, context=4096)
PLAN = Plan(slots=32, context=2048, memory=2 << 30)
AMPLE = 1 << 40


@pytest.fixture
def notes_folder(tmp_path):
    notes.keep_in(tmp_path / "notes")
    yield tmp_path / "notes"
    notes.keep_in(None)


@pytest.fixture
def quick_comparison(monkeypatch):
    """Prefer the first possible configuration instead of measuring them all."""

    def compare(spec, facts, plan):
        return [Measured(each, Speed(1.0, 50.0)) for each in candidates(spec, facts, plan, AMPLE)]

    monkeypatch.setattr(choice, "compare", compare)


def unset(path: Path, **settings) -> ModelSpec:
    return described(path, **{"threads": 2, "processes": None, "flash_attention": None} | settings)


def possible(available: int = AMPLE, **settings) -> list[tuple[int, bool | None]]:
    spec = unset(Path("m.gguf"), **settings)
    return [(each.processes, each.flash_attention) for each in candidates(spec, FACTS, PLAN, available)]


def test_every_number_of_processes_up_to_one_per_thread_is_tried_with_both_kernels():
    assert possible(threads=6) == [(count, flash) for count in (1, 2, 4, 6) for flash in (True, False)]


def test_what_models_toml_sets_is_not_tried_otherwise():
    assert possible(threads=4, processes=2, flash_attention=True) == [(2, True)]


def test_processes_whose_copies_of_the_weights_may_not_fit_are_not_tried():
    assert {count for count, _ in possible(threads=8, available=PLAN.memory + FACTS.weights)} == {1, 2}


def test_repacking_is_tried_both_ways_where_it_may_crash(monkeypatch):
    monkeypatch.setattr(configuration, "HAS_AMX", True)
    both = candidates(unset(Path("m.gguf"), repack=None, processes=1, flash_attention=True), FACTS, PLAN, AMPLE)
    assert [each.repack for each in both] == [True, False]


def test_a_way_that_crashes_while_it_is_measured_is_not_chosen(random_gguf, monkeypatch):
    def launch_or_crash(setup):
        line = launch(setup)
        if setup.repack:
            line.process.kill()
        return line

    monkeypatch.setattr(configuration, "HAS_AMX", True)
    monkeypatch.setattr(measuring, "launch", launch_or_crash)
    spec = unset(random_gguf, repack=None, processes=1, slots=8, flash_attention=False)
    facts = read_facts(spec)
    assert [each.configuration.repack for each in compare(spec, facts, plan_memory(spec, facts))] == [False]


def test_a_gpu_has_one_process_and_the_librarys_own_kernel():
    assert possible(gpu_layers=99) == [(1, None)]


def measured(processes: int, seconds: float) -> Measured:
    return Measured(Configuration(processes, 8, flash_attention=False), Speed(seconds, 50 / seconds))


def test_more_processes_win_unless_fewer_are_clearly_faster():
    assert rank(measured(2, 1.05)) < rank(measured(1, 1.0))
    assert rank(measured(2, 1.1)) > rank(measured(1, 1.0))


def test_speeds_are_measured_with_a_real_model(random_gguf):
    spec = unset(random_gguf, slots=8)
    facts = read_facts(spec)
    found = compare(spec, facts, plan_memory(spec, facts))
    assert {(each.configuration.processes, each.configuration.flash_attention) for each in found} == {
        (1, True),
        (1, False),
        (2, True),
        (2, False),
    }
    assert all(each.speed.generated > 0 and each.speed.seconds > 0 for each in found)
    assert [rank(each) for each in found] == sorted(rank(each) for each in found)


def test_a_choice_is_noted_shown_and_never_measured_again(random_gguf, notes_folder, monkeypatch):
    spec = unset(random_gguf, processes=1)
    facts = read_facts(spec)
    plan = plan_memory(spec, facts)
    assert "Engine: chosen by measuring when the model is first used." in examine(spec).sentence
    first = choose(spec, facts, plan, notes_folder)
    monkeypatch.setattr(choice, "compare", None)
    assert choose(spec, facts, plan, notes_folder) == first
    assert "Engine: 1 process of 2 threads, flash attention" in examine(spec).sentence
    assert "(measured on " in examine(spec).sentence


@pytest.mark.usefixtures("quick_comparison")
def test_a_damaged_note_counts_as_none(random_gguf, notes_folder):
    spec = unset(random_gguf, processes=1)
    facts = read_facts(spec)
    plan = plan_memory(spec, facts)
    choose(spec, facts, plan, notes_folder)
    (note,) = notes_folder.iterdir()
    for damage in (b"", b"{}", b'{"configuration": 3}', b"\xff"):
        note.write_bytes(damage)
        assert known_choice(spec, facts, plan, notes_folder) is None


@pytest.mark.usefixtures("quick_comparison")
def test_another_file_or_other_settings_are_measured_anew(random_gguf, babbling_gguf, notes_folder):
    for spec in (unset(random_gguf, processes=1), unset(babbling_gguf, processes=1), unset(random_gguf, processes=2)):
        facts = read_facts(spec)
        choose(spec, facts, plan_memory(spec, facts), notes_folder)
    assert len(list(notes_folder.iterdir())) == 3


@pytest.mark.usefixtures("quick_comparison")
def test_a_model_is_measured_before_it_is_opened_if_that_can_be_noted(random_gguf, notes_folder):
    spec = described(random_gguf, flash_attention=None)
    assert registry.needs_measuring(spec)
    registry.measure(spec)
    assert not registry.needs_measuring(spec)
    assert not registry.needs_measuring(described(random_gguf)), "there is nothing to choose"
    notes.keep_in(None)
    assert not registry.needs_measuring(spec), "nothing would be noted"


def test_a_missing_file_is_no_model_to_measure(tmp_path, notes_folder):
    with pytest.raises(ModelMisconfigured, match="does not exist"):
        registry.needs_measuring(described(tmp_path / "gone.gguf"))
