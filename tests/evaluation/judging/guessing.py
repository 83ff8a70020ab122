"""Look for anything but the text that reveals the artificial side in all that a browser received.

Without leaks, the sides of an assignment are a random arrangement, whatever else was sent. So the agreement of a trait with
"first" has an exact distribution, the sum of one hypergeometric count per assignment (Fisher's exact test, stratified). The
strongest of all traits is judged by its probability times the number of traits (Bonferroni), which holds for dependent traits.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

LEVEL = 1e-6
"""How rare a false alarm is at most."""
_PROSE = re.compile(r'(<div class="prose" dir="auto">).*?(</div>)', re.DOTALL)
_SIDE = re.compile(r'<section class="side".*?</section>', re.DOTALL)
_TURN = re.compile(r'<div class="turn".*?(?=<div class="turn"|</section>)', re.DOTALL)
_OPTIONS = re.compile(r"(<select.*?>).*?(</select>)", re.DOTALL)
_TASK = re.compile(r"<dl>.*?</dl>", re.DOTALL)
_PROGRESS = re.compile(r"<h1>\D*(\d+).*?</h1>\s*<progress.*?>", re.DOTALL)
_CLOCK = re.compile(r"\d+\.\d+")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\s<>]+")


@dataclass(frozen=True)
class Received:
    """One response to a browser, and the work that it took the server, in function calls; 0 if they were not counted."""

    kind: str
    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: str
    work: int


@dataclass(frozen=True)
class Play:
    """All responses about one pair, the number of its assignment, and its artificial side, which they should not reveal."""

    assignment: int
    artificial: str
    token: str
    responses: Sequence[Received]


@dataclass(frozen=True)
class Traits:
    """A play as numbers and words."""

    numbers: dict[str, float] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Clue:
    """A trait, how many of the plays it would guess right, and how likely chance takes any trait as far."""

    trait: str
    right: int
    chance: float


Split = NDArray[np.bool_]
"""Which plays have a trait."""


def strongest_clue(plays: Sequence[Play]) -> Clue:
    """The trait that goes with the sides in a way that chance would bring about least."""
    sides = Sides.of(plays)
    splits = splits_of([traits_of(play) for play in plays])
    chance, trait = min((sides.chance(split), trait) for trait, split in splits.items())
    return Clue(trait, sides.right(splits[trait]), min(1.0, chance * len(splits)))


@dataclass(frozen=True)
class Sides:
    """Which plays have the artificial side first, and the assignment of each play."""

    is_first: Split
    assignments: NDArray[np.int_]

    @classmethod
    def of(cls, plays: Sequence[Play]) -> "Sides":
        is_first = np.array([play.artificial == "first" for play in plays])
        return cls(is_first, np.array([play.assignment for play in plays]))

    def right(self, split: Split) -> int:
        """How many guesses are right that say the same side whenever the trait is there, and the other elsewhere."""
        agreeing = int((split == self.is_first).sum())
        return max(agreeing, len(split) - agreeing)

    def chance(self, split: Split) -> float:
        """Return the probability that random sides within each assignment are at least as far from the expected count."""
        found, pmf = int((split & self.is_first).sum()), np.ones(1)
        sizes, first, having = (np.bincount(self.assignments, each) for each in (None, self.is_first, split))
        for each in zip(sizes, first, having, strict=True):
            pmf = np.convolve(pmf, _counts(*map(int, each)))
        counts = np.arange(len(pmf))
        distances = np.abs(counts - counts @ pmf)
        return float(pmf[distances >= distances[found] - 1e-9].sum())


@cache
def _counts(size: int, first: int, having: int) -> NDArray[np.float64]:
    """Return the probabilities that 0, 1, … of the plays with a trait are among the "first" ones of an assignment."""
    return np.asarray(hypergeom.pmf(np.arange(having + 1), size, first, having))


def splits_of(known: Sequence[Traits]) -> dict[str, Split]:
    """Every way in which a trait divides the plays, once: words by being there, numbers by exceeding a threshold."""
    splits: dict[bytes, tuple[str, Split]] = {}
    for trait, split in _all_splits(known):
        if 0 < split.sum() < len(known):
            key = (split ^ split[0]).tobytes()  # a trait and its absence divide in the same way
            splits.setdefault(key, (trait, split))
    return dict(splits.values())


def _all_splits(known: Sequence[Traits]) -> Iterable[tuple[str, Split]]:
    for name in sorted({name for traits in known for name in traits.numbers}):
        values = np.array([traits.numbers.get(name, 0.0) for traits in known])
        for threshold in np.unique(values)[:-1]:
            yield f"{name} > {threshold:g}", values > threshold
    for word in sorted({word for traits in known for word in traits.words}):
        yield word, np.array([word in traits.words for traits in known])


def traits_of(play: Play) -> Traits:
    """Sizes, work, names, order and words; the dialogues' text and how much of it there is are left out."""
    traits = Traits()
    traits.numbers.update({f"token {at}": ord(play.token[at]) for at in range(4)})
    traits.numbers["count"] = len(play.responses)
    for received in play.responses:
        _add(traits, received)
    return traits


def _add(traits: Traits, received: Received) -> None:
    kind, rest = received.kind, remains(received.body)
    traits.numbers[f"{kind} work"] = received.work
    traits.numbers[f"{kind} size"] = len(rest)
    if progress := _PROGRESS.search(received.body):
        traits.numbers["judged"] = int(progress[1])
        traits.numbers["judged, odd"] = int(progress[1]) % 2
    traits.numbers[f"{kind} order"] = rest.find('id="first"') - rest.find('id="second"')
    for name, value in (*received.headers.items(), *received.cookies.items()):
        if name != "Content-Length":  # it counts the text too; what else it would tell, the sizes tell
            traits.numbers[f"{kind} {name} size"] = len(value)
            traits.words.add(f"{kind} {name} {value}")
        traits.words.add(f"{kind} {name}")
    traits.words.update(f"{kind} {word}" for word in _WORD.findall(_SIDE.sub("", rest)))
    for number, side in enumerate(_SIDE.findall(rest)):
        traits.numbers[f"{kind} size of side {number}"] = len(side)
        traits.words.update(f"{kind} side {number} {word}" for word in _WORD.findall(side))
    traits.words.add(f"{kind} {received.status}")


@cache
def remains(body: str) -> str:
    """A response without the dialogues' text, how many turns they have, what both are about, how many pairs are judged,
    and the fractions of its clocks, which are as long as they happen to be.
    """
    body = _TASK.sub("", _PROGRESS.sub("", _OPTIONS.sub(r"\1\2", _PROSE.sub(r"\1\2", body))))
    return _CLOCK.sub("n", _SIDE.sub(lambda side: _without_count(side[0]), body))


def _without_count(side: str) -> str:
    """A side with each kind of turn once, whatever stands around it: a last turn is followed by other white space."""
    turns = sorted({_DIGITS.sub("n", turn).strip() for turn in _TURN.findall(side)})
    return _TURN.sub("", side).replace("</section>", "".join(turns) + "</section>")
