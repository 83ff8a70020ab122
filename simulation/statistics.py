"""The figures of the paper's tables 1 and 7 for simulated dialogues."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import sqrt
from operator import itemgetter
from statistics import fmean, pstdev

from django.db.models import Count, Q, QuerySet

from dialogue.lexical import TOKENISATION, Diversity, DiversityCounter
from simulation.models import Simulation
from studies.models import Dialogue, Output, Turn


@dataclass(frozen=True, slots=True)
class Rate:
    """The number of outputs that failed in some way; ``rate`` is a fraction, None without outputs."""

    count: int
    outputs: int

    @property
    def rate(self) -> float | None:
        return self.count / self.outputs if self.outputs else None


Moments = tuple[float | None, float | None]
"""A mean and a population standard deviation."""


@dataclass(frozen=True, slots=True)
class Lexical:
    """Diversity of the inquirer's utterances: all of them pooled, and the moments over dialogues, without those that have no
    words or, for distinct-2, no pair of words. ``dialogues`` and ``dialogues_with_pairs`` are the numbers of the others;
    ``words_mean`` is the words of such a dialogue, None without any, because diversity falls with length."""

    tokenisation: str
    pooled: Diversity
    ttr: Moments
    distinct_1: Moments
    distinct_2: Moments
    dialogues: int
    dialogues_with_pairs: int
    words_mean: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Means and population standard deviations over finished dialogues (turns) and over their turns (tokens).

    Failures are counted over all outputs of their speaker, including regenerated ones, and so are the outputs for which a
    setting was not sent (``unsent``, by speaker and setting). ``beside_stop`` counts the stop outputs with other text in them.
    A mean over no values, or over tokens that a provider does not count, is None.
    """

    dialogues: int
    endings: dict[str, int]
    turns_mean: float | None
    turns_sd: float | None
    tokens_per_prompt_mean: float | None
    tokens_per_prompt_sd: float | None
    tokens_per_response_mean: float | None
    tokens_per_response_sd: float | None
    no_prompt: Rate
    multiple_prompts: Rate
    incoherent: Rate
    self_reply: Rate
    incoherent_responder: Rate
    beside_stop: Rate
    unsent: dict[str, dict[str, Rate]]
    lexical: Lexical


def summarise(simulations: QuerySet[Simulation]) -> Summary:
    """Return the rows of tables 1 and 7 for the finished ``simulations``, summed over seeds."""
    dialogues = Dialogue.objects.filter(simulation__in=simulations.filter(finished_at__isnull=False))
    endings, lengths = Counter[str](), Counter[int | None]()
    for ending, length in (
        dialogues.annotate(turn_count=Count("turns")).order_by().values_list("ending", "turn_count").iterator()
    ):
        endings[ending] += 1
        lengths[length] += 1
    turns_mean, turns_sd = _moments_of_counts(lengths)
    prompt_mean, prompt_sd = _moments_of_counts(_count_tokens(dialogues, "utterance_tokens"))
    response_mean, response_sd = _moments_of_counts(_count_tokens(dialogues, "response_tokens"))
    return Summary(
        endings.total(),
        dict(endings.most_common()),
        turns_mean,
        turns_sd,
        prompt_mean,
        prompt_sd,
        response_mean,
        response_sd,
        *_failure_rates(dialogues),
        _unsent(dialogues),
        _lexical(dialogues),
    )


def _lexical(dialogues: QuerySet[Dialogue]) -> Lexical:
    said = Turn.objects.filter(dialogue__in=dialogues).order_by("dialogue", "position")
    pooled, first, second = DiversityCounter(), list[float](), list[float]()
    for _, rows in groupby(said.values_list("dialogue", "utterance").iterator(), key=itemgetter(0)):
        counter = DiversityCounter()
        for _, utterance in rows:
            counter.add(utterance)
        pooled.include(counter)
        found = counter.diversity
        first += [] if found.distinct_1 is None else [found.distinct_1]
        second += [] if found.distinct_2 is None else [found.distinct_2]
    of_words, of_pairs, length = _moments(first), _moments(second), pooled.words / len(first) if first else None
    return Lexical(TOKENISATION, pooled.diversity, of_words, of_words, of_pairs, len(first), len(second), length)


def _count_tokens(dialogues: QuerySet[Dialogue], field: str) -> Counter[int | None]:
    """Return how many turns have each number of tokens; None if it is unknown."""
    turns = Turn.objects.filter(dialogue__in=dialogues).order_by()
    return Counter(dict(turns.values_list(field).annotate(Count("pk"))))


def _failure_rates(dialogues: QuerySet[Dialogue]) -> tuple[Rate, Rate, Rate, Rate, Rate, Rate]:
    of_inquirer, of_responder = Q(speaker="inquirer"), Q(speaker="responder")
    found = Output.objects.filter(dialogue__in=dialogues).aggregate(
        asked=Count("pk", filter=of_inquirer),
        answered=Count("pk", filter=of_responder),
        no_prompt=Count("pk", filter=of_inquirer & Q(status="no_prompt")),
        multiple=Count("pk", filter=of_inquirer & Q(prompts_found__gt=1)),
        incoherent=Count("pk", filter=of_inquirer & Q(status="incoherent")),
        self_reply=Count("pk", filter=of_inquirer & Q(is_self_reply=True)),
        incoherent_responder=Count("pk", filter=of_responder & Q(status="incoherent")),
        stopped=Count("pk", filter=Q(status="stop")),
        beside_stop=Count("pk", filter=Q(has_rest=True)),
    )
    asked, answered = found["asked"], found["answered"]
    return (
        Rate(found["no_prompt"], asked),
        Rate(found["multiple"], asked),
        Rate(found["incoherent"], asked),
        Rate(found["self_reply"], asked),
        Rate(found["incoherent_responder"], answered),
        Rate(found["beside_stop"], found["stopped"]),
    )


def _unsent(dialogues: QuerySet[Dialogue]) -> dict[str, dict[str, Rate]]:
    """Return, by speaker and setting, the rate of outputs for which it was not sent; omit speakers without any."""
    outputs, without = Counter[str](), Counter[tuple[str, str]]()
    groups = (
        Output.objects.filter(dialogue__in=dialogues).order_by().values_list("speaker", "unsent").annotate(Count("pk"))
    )
    for speaker, unsent, count in groups:
        outputs[speaker] += count
        without.update({(speaker, name): count for name in unsent.split()})
    found: dict[str, dict[str, Rate]] = defaultdict(dict)
    for (speaker, name), count in sorted(without.items()):
        found[speaker][name] = Rate(count, outputs[speaker])
    return dict(found)


def _moments_of_counts(counts: Counter[int | None]) -> Moments:
    """Return the moments of whole numbers, of which only the counts are in memory; None if one is missing or there is none."""
    known = {value: count for value, count in counts.items() if value is not None}
    total = sum(known.values())
    if not total or len(known) < len(counts):
        return None, None
    first = sum(value * count for value, count in known.items())
    second = sum(value * value * count for value, count in known.items())
    return first / total, sqrt(total * second - first * first) / total


def _moments(values: Sequence[float]) -> Moments:
    """Return the moments; None if there is no value."""
    return (fmean(values), pstdev(values)) if values else (None, None)
