"""Models added to a models file."""

from pathlib import Path

import pytest

from dialogue.models_file import find_model, read_models
from dialogue.new_entries import EntryRefused, Value, add_entry

BEFORE = '# Ours.\n[models.mine]   # a comment\nbackend = "transformers"\nmodel = "m"'
SETTINGS: dict[str, Value] = {
    "backend": "transformers",
    "model": "m",
    "adapter": "tuned/a",
    "sampling": {"temperature": 0.7, "top_k": 40},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "models.toml"
    file.write_text(BEFORE, "utf-8")
    return file


def test_a_model_is_appended_and_everything_above_it_stays(path: Path) -> None:
    add_entry(path, 'a "b".c', SETTINGS, comment="Tuned today.")
    assert path.read_text("utf-8").startswith(BEFORE + "\n\n# Tuned today.\n[models.")
    spec = find_model(path, 'a "b".c')
    assert (spec.sampling.temperature, spec.sampling.top_k) == (0.7, 40)
    assert spec.adapter == path.parent / "tuned" / "a"
    assert find_model(path, "mine").model == "m"


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("mine", SETTINGS, "There is already a model 'mine'"),
        ("other", {"backend": "transformers"}, "the backend 'transformers' needs 'model'"),
        ("other", {"backend": "openai", "model": "m", "adapter": "a"}, "the backend 'openai' cannot use an adapter"),
        (" other", SETTINGS, "the name contains leading, trailing or repeated white space"),
    ],
)
def test_what_would_be_wrong_is_not_added(path: Path, name: str, settings, sentence: str) -> None:
    with pytest.raises(EntryRefused) as raised:
        add_entry(path, name, settings)
    assert sentence in str(raised.value)
    assert path.read_text("utf-8") == BEFORE


def test_a_name_of_a_wrong_entry_is_not_taken_again(path: Path) -> None:
    path.write_text("[models.wrong]\nbackend = 3\n", "utf-8")
    with pytest.raises(EntryRefused, match="There is already a model 'wrong'"):
        add_entry(path, "wrong", SETTINGS)
    assert not read_models(path).models
