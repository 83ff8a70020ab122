"""Power by simulation: how likely a study of a given size is to find assumed differences.

Each simulated study is drawn from the assumed model and analysed like a real one; power is the share of studies in which a
test is significant.
"""

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread

import numpy as np
import pandas as pd
from numpy.random import Generator
from scipy.special import expit, logit

from analysis.statistics.contrasts import ALPHA, Adjustment
from analysis.statistics.mixed_models import fit_detected
from analysis.statistics.power_counts import Outcome, Power
from analysis.statistics.power_plans import PowerQuestion, StudyPlan

CHUNK = 4
"""Number of studies that a process analyses at a time: few, so that the progress is visible."""
NICENESS = 10


@contextmanager
def study_pool(processes: int) -> Iterator[Executor]:
    """Open a pool of processes that analyse studies. They are spawned, because a fork of a process with models and threads may
    hang.

    They end when the block ends, whatever they are computing. They also end with the process that holds the other end
    of a pipe, because a killed process cannot stop them.
    """
    context = get_context("spawn")
    watched, held = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_serve, initargs=(watched,))
    try:
        yield pool
    finally:
        held.close()
        pool.shutdown(cancel_futures=True)
        watched.close()


def simulate(question: PowerQuestion, pool: Executor, found: Sequence[Power] = ()) -> Iterator[tuple[Power, ...]]:
    """Yield the results for each size in ``question.evaluators`` after every study, resuming from the results ``found`` so far.

    A study depends only on the seed and its number, so it does not matter which process draws it, or when.
    """
    sizes = list(found) or [Power(dict.fromkeys(question.differences, 0)) for _ in question.evaluators]
    for index, evaluators in enumerate(question.evaluators):
        analyse = partial(analyse_study, question.plan(evaluators), question.adjustment, question.seed)
        for outcome in pool.map(analyse, range(sizes[index].studies, question.studies), chunksize=CHUNK):
            sizes[index] = sizes[index].plus(outcome)
            yield tuple(sizes)


def analyse_study(plan: StudyPlan, adjustment: Adjustment, seed: int, number: int) -> Outcome:
    """Draw the study with this number and analyse it like a real one."""
    model = fit_detected(draw_study(plan, np.random.default_rng([seed, number])))
    test = model.test or model.likelihood_ratio
    found = {(one.a, one.b): one.p_value(adjustment) for one in model.contrasts}
    return Outcome(
        is_analysed=test is not None,
        overall=test is not None and test.p < ALPHA,
        contrasts={pair: (p := found.get(pair)) is not None and p < ALPHA for pair in plan.differences},
    )


def draw_study(plan: StudyPlan, random: Generator) -> pd.DataFrame:
    """Draw judgements from the plan's assumptions, with each evaluator's pairs spread evenly over models and people."""
    models = np.array(list(plan.rates))
    evaluator = np.repeat(np.arange(plan.evaluators), plan.pairs)
    model = np.concatenate([_spread(random, len(models), plan.pairs) for _ in range(plan.evaluators)])
    person = np.concatenate([_spread(random, plan.people, plan.pairs) for _ in range(plan.evaluators)])
    eta = (
        logit(np.array(list(plan.rates.values())))[model]
        + random.normal(0, plan.evaluator_sd, plan.evaluators)[evaluator]
        + random.normal(0, plan.person_sd, plan.people)[person]
    )
    return pd.DataFrame(
        {
            "participant": evaluator.astype(str),
            "generator_user": person.astype(str),
            "model": models[model],
            "detected": (random.random(len(eta)) < expit(eta)).astype(float),
        }
    )


def _spread(random: Generator, levels: int, count: int) -> np.ndarray:
    """Return ``count`` levels in random order, with frequencies that differ by at most one."""
    rounds = [random.permutation(levels) for _ in range(-(-count // levels))]
    return random.permutation(np.concatenate(rounds)[:count])


def _serve(watched: Connection) -> None:
    """Prepare a process of the pool: lower its priority, and leave Ctrl-C to its parent."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_when_let_go, args=(watched,), daemon=True).start()


def _end_when_let_go(watched: Connection) -> None:
    watched.poll(None)
    os._exit(1)
