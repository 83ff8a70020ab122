"""Server addresses as people paste them."""

from pathlib import Path

import pytest

from dialogue.addresses import check_address
from dialogue.models_file import InvalidModelsFile, find_model


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "http://127.0.0.1:8080/v1/",
        "http://[::1]:8080",
        "https://me.openai.azure.com",
        "https://models.example/openai/models-of-ours",
        "https://bücher.example/v1",
    ],
)
def test_an_address_is_taken_as_it_is(url: str) -> None:
    assert check_address(url) == url


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("localhost:8080/v1", "must begin with http:// or https://"),
        ("api.example/v1", "must begin with http:// or https://"),
        ('"https://api.example/v1"', "must begin with http:// or https://"),
        ("", "must begin with http:// or https://"),
        ("https://api.example/v1 ", "contains white space"),
        ("https://api.example/v1\n", "contains white space"),
        ("https://api.exam\u200bple/v1", "contains white space"),
        ("https://api.example/v1/chat/completions", "must end before /chat/completions"),
        ("https://api.example/v1/chat/completions/", "must end before /chat/completions"),
        ("https://api.example/v1/models", "must end before /models"),
        ("https://api.example/v1?key=secret", "must end before the question mark"),
        ("https://api.example/v1#secret", "must end before the question mark"),
        ("https://secret:secret@api.example/v1", "contains a user name or a password.*`key_env`"),
        ("https://secret@api.example/v1", "contains a user name or a password"),
        ("https://:8080/v1", "names no server"),
        ("https://api.example:secret/v1", "names no server"),
        ("https://api.example:99999/v1", "names no server"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(tmp_path: Path, url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_address(url)
    file = tmp_path / "models.toml"
    quoted = url.replace('"', '\\"').replace("\n", "\\n")
    file.write_text(f'[models.api]\nbackend = "openai"\nmodel = "m"\nbase_url = "{quoted}"\n', "utf-8")
    with pytest.raises(InvalidModelsFile, match=f"Model 'api' in .*line 4: base_url: .*{sentence}") as caught:
        find_model(file, "api")
    assert "secret" not in str(caught.value)
