"""Random judgements: with the paper's plan, and with all kinds of designs."""

import numpy as np
import pandas as pd
from numpy.random import Generator
from scipy.special import expit

MODELS = ("gpt-4", "llama-2", "mixtral", "vicuna")
EVALUATORS, PEOPLE, PAIRS = 20, 20, 40


def draw_paper_study(random: Generator, log_odds: list[float], sd: tuple[float, float]) -> pd.DataFrame:
    """Draw 20 evaluators with 40 pairs each, ten per model, from 20 people; ``sd`` holds their standard deviations."""
    evaluator = np.repeat(np.arange(EVALUATORS), PAIRS)
    model = np.tile(np.repeat(np.arange(len(MODELS)), PAIRS // len(MODELS)), EVALUATORS)
    person = np.concatenate(
        [random.permutation(np.repeat(np.arange(PEOPLE), PAIRS // PEOPLE)) for _ in range(EVALUATORS)]
    )
    eta = (
        np.array(log_odds)[model]
        + random.normal(0, sd[0], EVALUATORS)[evaluator]
        + random.normal(0, sd[1], PEOPLE)[person]
    )
    return _frame(evaluator, person, np.array(MODELS)[model], detected=_flip(random, eta))


def draw_any_design(random: Generator) -> pd.DataFrame:
    """Draw eight to a few thousand judgements, balanced or not, with extreme rates, no effects and missing outcomes."""
    rows = int(np.exp(random.uniform(np.log(8), np.log(1500))))
    evaluators, people, models = random.integers(2, 40), random.integers(2, 40), random.integers(2, 8)
    evaluator, person = random.integers(0, evaluators, rows), random.integers(0, people, rows)
    model = random.choice(models, rows, p=random.dirichlet(np.full(models, random.choice([0.5, 5]))))
    effects = random.normal(0, random.choice([0.3, 1, 3]), models) + random.normal(0, 1.5)
    sds = random.choice([0, 0.3, 1, 2.5], 2)
    eta = effects[model] + random.normal(0, sds[0], evaluators)[evaluator] + random.normal(0, sds[1], people)[person]
    noise = random.normal(0, random.choice([0.01, 1, 3]), rows)
    frame = _frame(
        evaluator,
        person,
        np.char.add("model ", model.astype(str)),
        detected=_flip(random, eta),
        utterance_number=np.round(np.abs(eta + noise)),
        duration=np.exp(eta + random.normal(0, 1, rows)) * random.choice([1e-3, 1, 1e4]),
    )
    for outcome in ("detected", "utterance_number", "duration"):
        frame.loc[random.random(rows) < random.choice([0, 0.2]), outcome] = np.nan
    return frame


def _flip(random: Generator, eta: np.ndarray) -> np.ndarray:
    return np.asarray(random.random(len(eta)) < expit(eta), dtype=float)


def _frame(evaluator: np.ndarray, person: np.ndarray, model: np.ndarray, **outcomes: np.ndarray) -> pd.DataFrame:
    people = {
        "participant": np.char.add("e-", evaluator.astype(str)),
        "generator_user": np.char.add("p-", person.astype(str)),
    }
    return pd.DataFrame(people | {"model": model} | outcomes)
