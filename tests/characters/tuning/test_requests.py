"""Requests for tunings: where rows come from, and what is refused before anything is stored."""

from pathlib import Path

import pytest
from pytest_django import Settings

from characters.models import (
    Benchmark,
    BenchmarkRow,
    Character,
    ContextInstruct,
    InstructCall,
    Triplet,
    Tuning,
)
from characters.refusals import CharacterRefused
from characters.tuning.folders import read_samples
from characters.tuning.requests import request_tuning
from characters.tuning.sources import Sources
from dialogue.messages import Message
from rolellm.tuning.recipe import Recipe
from tests.characters.tuning.rows import write_models, write_rows
from tests.factories import make_character

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(autouse=True)
def site(models: Path, tmp_path: Path, settings: Settings) -> None:
    settings.MODELS_FILE, settings.VAR_DIR = models, tmp_path / "var"


def make_benchmark(name: str, *rows: tuple[str, str, list[str], str]) -> Benchmark:
    benchmark = Benchmark.objects.create(name=name)
    for position, (role, question, references, use) in enumerate(rows):
        BenchmarkRow.objects.create(
            benchmark=benchmark,
            position=position,
            split="instruction",
            part="general",
            use=use,
            role=role,
            question=question,
            references=references,
        )
    return benchmark


def make_triplet(character: Character, question: str, answer: str, **fields) -> Triplet:
    job = ContextInstruct.objects.create(character=character, model="said")
    call = InstructCall.objects.create(job=job, position=0, origin="script_based")
    return Triplet.objects.create(call=call, position=0, question=question, answer=answer, **fields)


def tune(models: Path, recipe: Recipe | None = None, model: str = "base", name: str = "t", **sources) -> Tuning:
    return request_tuning(models, name, model, Sources(**sources), recipe or Recipe())


def test_training_rows_of_benchmarks_and_kept_triplets_become_samples(models: Path) -> None:
    character = make_character("Coriolanus", description="A general.", catchphrases=[])
    make_benchmark("bench", ("Coriolanus", "Why?", ["Pride."], "train"), ("Coriolanus", "Who?", ["I."], "test"))
    make_triplet(character, "Where?", "In Rome.", fate="kept", split="train")
    make_triplet(character, "When?", "Never.", fate="duplicate", split="test")
    tuning = tune(models, benchmarks=("bench",), triplets_of=("Coriolanus",))
    samples = read_samples(Path(tuning.folder))
    assert [(sample.messages[1].content, sample.response) for sample in samples] == [
        ("Why?", "Pride."),
        ("Where?", "In Rome."),
    ]
    assert "your description is: A general." in samples[0].messages[0].content
    assert tuning.configuration["sources"]["benchmarks"] == ["bench"]
    assert tuning.configuration["roles"] == ["Coriolanus"]


def test_with_retrieval_pairs_of_the_stored_profile_precede_the_question(models: Path) -> None:
    make_character("Coriolanus", rounds=30, description="A general.")
    make_benchmark("bench", ("Coriolanus", "Why do you hate the people?", ["Pride."], "train"))
    tuning = tune(models, Recipe(variant="retrieval"), benchmarks=("bench",))
    messages = read_samples(Path(tuning.folder))[0].messages
    assert len(messages) == 12
    assert messages[-1] == Message("user", "Why do you hate the people?")


def test_rows_of_other_roles_can_be_left_out(models: Path, tmp_path: Path) -> None:
    rows, descriptions = write_rows(tmp_path)
    tuning = tune(models, files=(rows,), descriptions=descriptions, roles=("Bob",))
    assert tuning.configuration["roles"] == ["Bob"]
    assert tuning.samples == 4


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "The name of a tuning must have 1 to 100 visible characters"),
        ({"name": "taken"}, "There is already a tuning or an adapter 'taken'."),
        ({"model": "none"}, "There is no model 'none'"),
        ({"model": "said"}, "cannot be tuned, because the backend 'scripted' only runs it"),
        ({"files": (Path("none.jsonl"),)}, "There is no file none.jsonl."),
        ({"descriptions": Path("none.json")}, "none.json cannot be read"),
        ({"descriptions": Path(__file__)}, "is not JSON."),
        ({"descriptions": None}, "no description is known for their roles ('Ann', 'Bob')"),
        ({"benchmarks": ("none",)}, "There is no benchmark 'none' with training rows."),
        ({"triplets_of": ("none",)}, "No character 'none' has triplets for training."),
        ({"roles": ("Cay",)}, "No row has the role 'Cay'. Choose from: Ann, Bob."),
        ({"recipe": Recipe(variant="retrieval")}, "needs a profile of each role, and Ann, Bob has none"),
    ],
)
def test_what_cannot_be_tuned_is_refused_and_leaves_nothing_behind(models, tmp_path, changes, sentence) -> None:
    rows, descriptions = write_rows(tmp_path)
    tune(models, name="taken", files=(rows,), descriptions=descriptions)
    with pytest.raises(CharacterRefused) as raised:
        tune(models, **{"files": (rows,), "descriptions": descriptions, **changes})
    assert sentence in str(raised.value)
    assert [tuning.name for tuning in Tuning.objects.all()] == ["taken"]
    assert len(list((tmp_path / "var" / "tunings").iterdir())) == 1
