"""Reading models.toml: correct entries are read, and each mistake is reported in one sentence."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path
from textwrap import dedent

import pytest

from dialogue import prompts
from dialogue.backends.chat_template import GUARD_TEMPLATES, PAPER_TEMPLATES
from dialogue.model_config import ModelSpec
from dialogue.models_file import InvalidModelsFile, ModelsFile, UnknownModel, find_model, read_models

SHIPPED = Path(__file__).parent.parent.parent / "models.toml"
BEAR = """
    [models.bear]
    backend = "scripted"
    replies = ["Hello."]
"""


@pytest.fixture
def models_file(tmp_path: Path) -> Path:
    return tmp_path / "models.toml"


def write(path: Path, text: str) -> Path:
    path.write_text(dedent(text), "utf-8")
    return path


def uncommented(text: str) -> str:
    """Return the examples in the comments of the shipped file."""
    return "\n".join(re.findall(r"^# (\[models\..+\]|\w+ = .+)$", text, re.MULTILINE))


def assert_one_sentence(message: str) -> None:
    assert message.endswith(".")
    assert "\n" not in message
    assert "Traceback" not in message


def test_the_shipped_file_is_valid() -> None:
    tiny = find_model(SHIPPED, "tiny")
    assert tiny.inquirer is not None
    assert tiny.responder is not None
    assert "not for research" in tiny.label


def test_the_examples_are_the_papers_models_and_guards_and_valid_once_uncommented(models_file: Path) -> None:
    models = read_models(write(models_file, uncommented(SHIPPED.read_text("utf-8")))).models
    speakers, guards = (
        ["llama-2-13b-q5", "llama-2", "mixtral", "vicuna", "mixtral-vllm", "gpt-4"],
        ["llama-guard", "moderation"],
    )
    assert list(models) == speakers + guards
    assert [name for name, spec in models.items() if spec.inquirer or spec.responder] == speakers
    assert [name for name, spec in models.items() if spec.guard] == guards


def test_the_examples_play_with_the_papers_parameters(models_file: Path) -> None:
    models = read_models(write(models_file, uncommented(SHIPPED.read_text("utf-8")))).models
    inquirers = {name: spec.inquirer for name, spec in models.items() if spec.inquirer}
    assert inquirers.pop("mixtral-vllm") == inquirers["mixtral"]
    assert {name: speaker.prompts for name, speaker in inquirers.items()} == {name: name for name in inquirers}
    assert {name: speaker.coherence.max_n for name, speaker in inquirers.items()} == {
        **{"llama-2": 8, "mixtral": 4, "vicuna": 4, "gpt-4": 4}
    }
    responder = models["llama-2-13b-q5"].responder
    assert responder is not None
    assert (responder.coherence.max_n, responder.coherence.repeats, responder.max_tokens) == (5, 2, 4000)


def test_the_examples_name_prompt_sets_and_templates_that_exist(models_file: Path) -> None:
    for spec in read_models(write(models_file, uncommented(SHIPPED.read_text("utf-8")))).models.values():
        assert spec.template in ("own", *PAPER_TEMPLATES, *GUARD_TEMPLATES)
        assert not spec.inquirer or prompts.load(spec.inquirer.prompts)
        assert not spec.responder or prompts.load_responder(spec.responder.prompts)


def test_every_line_of_the_examples_is_read() -> None:
    """Otherwise a mistake in a comment would go unnoticed."""
    commented = [
        line for line in SHIPPED.read_text("utf-8").splitlines() if re.match(r"# *[\[\w.-]+\]? *=|# *\[", line)
    ]
    assert len(commented) == len(uncommented(SHIPPED.read_text("utf-8")).splitlines())
    assert tomllib.loads(uncommented(SHIPPED.read_text("utf-8")))


def test_a_file_is_relative_to_the_models_file(models_file: Path) -> None:
    write(models_file, '[models.m]\nbackend = "llama_cpp"\nfile = "weights/m.gguf"')
    assert find_model(models_file, "m").file == models_file.parent / "weights/m.gguf"


def test_an_absolute_file_stays_where_it_is(models_file: Path) -> None:
    write(models_file, '[models.m]\nbackend = "llama_cpp"\nfile = "/data/m.gguf"')
    assert find_model(models_file, "m").file == Path("/data/m.gguf")


def test_sampling_defaults_to_the_whole_distribution(models_file: Path) -> None:
    sampling = find_model(write(models_file, BEAR), "bear").sampling
    assert (sampling.temperature, sampling.top_p, sampling.top_k, sampling.repeat_penalty) == (1.0, 1.0, 0, 1.0)


def test_an_empty_file_describes_no_models(models_file: Path) -> None:
    assert read_models(write(models_file, "")) == ModelsFile({}, {})


def test_an_unknown_model_is_refused_with_the_known_ones(models_file: Path) -> None:
    with pytest.raises(UnknownModel) as caught:
        find_model(write(models_file, BEAR), "bee")
    assert_one_sentence(str(caught.value))
    assert "no model 'bee'" in str(caught.value)
    assert "Choose from: bear." in str(caught.value)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[models.bear", "not valid TOML"),
        ("models = 3", "models"),
        ("[[models]]", "models"),
        ("[models]\nbear = 3", "bear"),
        ('[models.bear]\nname = "bee"\nbackend = "scripted"', "name"),
        (
            '[models."bear\u200b"]\nbackend = "scripted"',
            "the name contains U+200B ZERO WIDTH SPACE. Write [models.bear]",
        ),
        ('[models."polar\u2011bear"]\nbackend = "scripted"', "U+2011 NON-BREAKING HYPHEN. Write [models.polar-bear]"),
        ("[models.bear]", "'backend' is missing"),
        ('[models.bear]\nbackend = "honey"', "backend: Input should be 'llama_cpp'"),
        ('[models.bear]\nbackend = "llama_cpp"', "needs 'file'"),
        ('[models.bear]\nbackend = "openai"', "needs 'model'"),
        ('[models.bear]\nbackend = "transformers"', "needs 'model'"),
        (
            '[models.bear]\nbackend = "scripted"\ncontxt = 3',
            "there is no setting 'contxt', perhaps you meant 'context'",
        ),
        ('[models.bear]\nbackend = "scripted"\ncontext = 1', "context: Input should be greater"),
        ('[models.""]\nbackend = "scripted"', "name: String should have at least 1 character"),
        (f'[models.{"b" * 101}]\nbackend = "scripted"', "name: String should have at most 100 characters"),
        ('[models.bear-4.1]\nbackend = "scripted"', 'needs quotation marks, [models."bear-4.1"]'),
        (
            '[models.polar.bear-7b.responder]\nprompts = "llama-2-responder"',
            'needs quotation marks, [models."polar.bear-7b"]',
        ),
        ('[models.bear]\nbackend = "scripted"\nmarks = "x"', 'marks must be a list, such as ["..."]'),
        ('[models.bear]\nbackend = "scripted"\nresponder = "x"', "responder must be a table of settings"),
        ('[models.bear]\nbackend = "scripted"\napi_key = "sk-1"', "no setting 'api_key', perhaps you meant 'key_env'"),
        ('[models.bear]\nbackend = "scripted"\nslots = 0', "slots: Input should be greater"),
        ('[models.bear]\nbackend = "scripted"\nsampling = { top_p = 10 }', "sampling.top_p: Input should be less"),
        ('[models.bear]\nbackend = "scripted"\nsampling = { temperature = -1 }', "sampling.temperature"),
        ('[models.bear]\nbackend = "scripted"\ninquirer = { coherence = { repeats = 2 } }', "inquirer.coherence.max_n"),
        ('[models.bear]\nbackend = "scripted"\ninquirer = { prompts = "llama-2", coherence = { max_n = 1 } }', "max_n"),
    ],
)
def test_a_wrong_description_is_refused_in_one_sentence(models_file: Path, text: str, named: str) -> None:
    with pytest.raises(InvalidModelsFile) as caught:
        for name in read_models(write(models_file, text)).mistakes:
            find_model(models_file, name)
    assert_one_sentence(str(caught.value))
    assert named in str(caught.value)
    assert str(models_file) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('backend = "scripted"\ncontxt = 3', 6),
        ('backend = "scripted"\nsampling = { temperature = 1.0, top_p = 10 }', 6),
        ('backend = "scripted"\nreplies = [\n  "one",\n  2,\n]', 6),
        ('label = """\ntwo lines"""\nbackend = "honey"', 7),
        ('backend = "llama_cpp"', 4),
        ('backend = "scripted"\ntemplate = "lama-2"', 6),
        ('backend = "scripted"\nresponder.coherence.max_n = 5\nresponder.prompts = "llama-2"', 7),
        ('backend = "scripted"\n\n[models.bad.inquirer]\nprompts = "llama-3"', 8),
        ('backend = "scripted"\ninquirer.prompts = "llama-2"\ninquirer.coherence.max_n = 1', 7),
    ],
)
def test_a_wrong_entry_costs_only_its_own_model_and_is_named_with_its_line(
    models_file: Path, text: str, line: int
) -> None:
    write(
        models_file,
        f'[models.good]\nbackend = "scripted"\n\n[models.bad]\n{text}\n[models.last]\nbackend = "scripted"\n',
    )
    found = read_models(models_file)
    assert (list(found.models), list(found.mistakes)) == (["good", "last"], ["bad"])
    assert found.mistakes["bad"].startswith(f"Model 'bad' in {models_file}, line {line}: ")
    assert_one_sentence(found.mistakes["bad"])


@pytest.mark.parametrize("key", ["sk-0123456789abcdef", "gsk_0123456789aBcDeF", "", "A B", "$KEY", "0123456789abcdef"])
def test_a_key_in_place_of_its_variable_is_refused_and_not_repeated(models_file: Path, key: str) -> None:
    write(models_file, f'[models.bear]\nbackend = "openai"\nmodel = "m"\nkey_env = "{key}"\n')
    (sentence,) = read_models(models_file).mistakes.values()
    assert_one_sentence(sentence)
    assert "line 4: key_env: it must be the name of an environment variable, such as OPENAI_API_KEY" in sentence
    assert "0123" not in sentence


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "KEY_2", "my_key"])
def test_the_name_of_a_variable_may_be_in_small_letters(models_file: Path, name: str) -> None:
    write(models_file, f'[models.bear]\nbackend = "openai"\nmodel = "m"\nkey_env = "{name}"\n')
    assert not read_models(models_file).mistakes


def test_an_entry_or_a_setting_outside_models_is_not_passed_over_in_silence(models_file: Path) -> None:
    write(models_file, 'version = 1\n[bee]\nbackend = "scripted"\n[bee.inquirer]\nprompts = "llama-2"\n')
    assert read_models(models_file).mistakes == {
        "version": f"'version' in {models_file}, line 1: [version] is ignored. Write [models.NAME].",
        "bee": f"Model 'bee' in {models_file}, line 2: [bee] is ignored. Write [models.bee].",
    }


def test_an_entry_under_a_mistyped_table_is_not_passed_over_in_silence(models_file: Path) -> None:
    write(
        models_file, '[models.bear]\nbackend = "scripted"\n[modles.bee]\nbackend = "scripted"\n[model.bear.inquirer]\n'
    )
    found = read_models(models_file)
    assert dict(found.models) == {}
    assert found.mistakes == {
        "bee": f"Model 'bee' in {models_file}, line 3: [modles.bee] is ignored. Write [models.bee].",
        "bear": f"Model 'bear' in {models_file}, line 5: [model.bear] is ignored. Write [models.bear].",
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [("a = 1\n[models.bear", "line 2, column 13"), ("\n\na = ?", "line 3, column 5"), ("[a]\n[a]", "line 2, column 3")],
)
def test_what_is_not_toml_is_named_with_line_and_column(models_file: Path, text: str, place: str) -> None:
    models_file.write_text(text)
    with pytest.raises(InvalidModelsFile, match=place):
        read_models(models_file)


def test_a_mark_that_windows_puts_before_a_text_is_no_mistake(models_file: Path) -> None:
    models_file.write_text(dedent(BEAR), "utf-8-sig")
    assert find_model(models_file, "bear").backend == "scripted"


def test_a_models_file_that_is_not_there_is_refused_in_one_sentence(models_file: Path) -> None:
    with pytest.raises(InvalidModelsFile, match=r"cannot be read\. Check MODELS_FILE\."):
        read_models(models_file)


def test_a_models_file_that_is_not_text_is_refused_in_one_sentence(models_file: Path) -> None:
    models_file.write_bytes(b"GGUF\xff\xfe\x00")
    with pytest.raises(InvalidModelsFile) as caught:
        read_models(models_file)
    assert_one_sentence(str(caught.value))


def test_the_fingerprint_is_the_hash_of_the_file_as_it_is_now(models_file: Path) -> None:
    spec = find_model(write(models_file, '[models.m]\nbackend = "llama_cpp"\nfile = "m.gguf"'), "m")
    assert spec.file is not None
    for content in (b"first", b"second"):
        spec.file.write_bytes(content)
        assert spec.fingerprint() == sha256(content).hexdigest()


def test_without_a_file_the_fingerprint_is_what_the_provider_calls_the_model() -> None:
    assert ModelSpec(name="gpt-4", backend="openai", model="gpt-4-0613").fingerprint() == "gpt-4-0613"


def test_two_names_for_the_same_weights_share_an_engine(models_file: Path) -> None:
    engine = 'backend = "llama_cpp"\nfile = "m.gguf"'
    models = read_models(
        write(
            models_file,
            f"[models.a]\n{engine}\nsampling.top_k = 5\n[models.b]\n{engine}\n[models.c]\n{engine}\nslots=2",
        )
    ).models
    assert models["a"].engine == models["b"].engine != models["c"].engine


def test_only_models_behind_an_api_leave_settings_out(models_file: Path) -> None:
    write(models_file, '[models.a]\nbackend = "llama_cpp"\nfile = "m.gguf"\nleave_out = ["seed"]\n')
    with pytest.raises(
        InvalidModelsFile, match=r"the backend 'llama_cpp' cannot leave settings out\. Remove `leave_out`"
    ):
        find_model(models_file, "a")
