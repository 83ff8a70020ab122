"""Prices of tokens in models.toml."""

from pathlib import Path

import pytest

from dialogue.model_config import ModelSpec
from dialogue.models_file import find_model, read_models
from dialogue.prices import Price

BEAR = '[models.bear]\nbackend = "scripted"\n'


def mistake(path: Path, text: str) -> str:
    path.write_text(text)
    [sentence] = read_models(path).mistakes.values()
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_price_is_that_of_a_million_tokens() -> None:
    assert Price(input=2, output=8).cost(1_000_000, 500_000) == 6
    assert Price(input=0, output=0).cost(10, 10) == 0


def test_tokens_that_the_provider_had_read_before_have_a_price_of_their_own() -> None:
    assert Price(input=2, cached_input=0.5, output=8).cost(1_000_000, 0, 400_000) == pytest.approx(1.4)
    assert Price(input=2, output=8).cost(1_000_000, 0, 400_000) == 2
    assert Price(input=2, cached_input=0, output=8).cost(10, 0, 999) == 0


def test_models_toml_gives_prices(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text(BEAR + '[models.bear.price]\ninput = 2.5\noutput = 10\ncurrency = "EUR"\n')
    assert find_model(file, "bear").price == Price(input=2.5, output=10, currency="EUR")


def test_a_price_does_not_make_another_engine() -> None:
    free = ModelSpec(name="bear", backend="scripted")
    assert free.engine == free.model_copy(update={"price": Price(input=1, output=1)}).engine


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ('"cheap"', "line 3: price must be a table of settings"),
        ("{ input = 1 }", "'price.output' is missing"),
        ('{ input = "1", output = 2 }', "price.input: it must be a number from 0 to 1000000, the price of a million"),
        ("{ input = true, output = 2 }", "price.input: it must be a number"),
        ("{ input = 1, output = -2 }", "price.output: it must be a number"),
        ("{ input = 1, output = nan }", "price.output: it must be a number"),
        ("{ input = 1, output = inf }", "price.output: it must be a number"),
        ("{ input = 1e9, output = 1 }", "price.input: it must be a number"),
        ("{ input = 1, output = 1, cached_input = [] }", "price.cached_input: it must be a number"),
        ("{ input = 1, output = 1, outputs = 1 }", "there is no setting 'price.outputs', perhaps you meant 'output'"),
        ('{ input = 1, output = 1, currency = "$" }', "price.currency: it must be a code of three capital letters"),
        ('{ input = 1, output = 1, currency = "usd" }', "price.currency: it must be a code of three capital letters"),
        ("{ input = 1, output = 1, currency = 5 }", "price.currency: it must be a code of three capital letters"),
    ],
)
def test_a_price_that_is_none_is_refused_in_one_sentence(tmp_path: Path, price: str, words: str) -> None:
    assert words in mistake(tmp_path / "models.toml", f"{BEAR}price = {price}\n")


def test_prices_in_two_currencies_cannot_be_added(tmp_path: Path) -> None:
    bee = '[models.bee]\nbackend = "scripted"\n[models.bee.price]\ninput = 1\noutput = 1\ncurrency = "EUR"\n'
    said = mistake(tmp_path / "models.toml", f"{BEAR}price = {{ input = 1, output = 1 }}\n{bee}")
    assert "Model 'bee'" in said
    assert "line 6: its price is in EUR, and that of 'bear' in USD" in said
    assert "so use one currency." in said
