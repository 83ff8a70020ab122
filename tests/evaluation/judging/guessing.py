"""Guesses which side is artificial from all that a browser received but the text: what a curious evaluator could try."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

_PROSE = re.compile(r'(<div class="prose" dir="auto">).*?(</div>)', re.DOTALL)
_SIDE = re.compile(r'<section class="side".*?</section>', re.DOTALL)
_TURN = re.compile(r'<div class="turn".*?(?=<div class="turn"|</section>)', re.DOTALL)
_OPTIONS = re.compile(r"(<select.*?>).*?(</select>)", re.DOTALL)
_TASK = re.compile(r"<dl>.*?</dl>", re.DOTALL)
_PROGRESS = re.compile(r"<h1>\D*(\d+).*?</h1>\s*<progress.*?>", re.DOTALL)
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\s<>]+")
_RARE = 5
"""Words in fewer responses than this say nothing about others."""


@dataclass(frozen=True)
class Received:
    """One response to a browser, and how long it took."""

    kind: str
    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: str
    seconds: float


@dataclass(frozen=True)
class Play:
    """All responses about one showing of a pair, and which side of it is artificial, which they should not tell."""

    artificial: str
    token: str
    responses: Sequence[Received]


@dataclass(frozen=True)
class Traits:
    """A play as numbers and words."""

    numbers: dict[str, float] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Rule:
    """Says "first" where a number exceeds the threshold, or a word occurs; the other way round if ``is_turned``."""

    trait: str
    threshold: float | None
    is_turned: bool

    def guess(self, traits: Traits) -> str:
        is_so = (
            self.trait in traits.words if self.threshold is None else traits.numbers.get(self.trait, 0) > self.threshold
        )
        return "first" if is_so != self.is_turned else "second"


def share_right(plays: Sequence[Play]) -> tuple[float, list[Rule]]:
    """How often the best rule is right about plays that it was not chosen by: each half chooses one for the other half."""
    known = [(traits_of(play), play.artificial) for play in plays]
    halves = known[::2], known[1::2]
    rules = [best_rule(halves[0]), best_rule(halves[1])]
    right = sum(_right(rule, half) for rule, half in zip(rules, reversed(halves), strict=True))
    return right / len(known), rules


def best_rule(known: Sequence[tuple[Traits, str]]) -> Rule:
    """The one that is right most often about these."""
    return max(_rules(known), key=lambda rule: _right(rule, known))


def traits_of(play: Play) -> Traits:
    """Sizes, times, names, order and words; the dialogues' text and how much of it there is are left out."""
    traits = Traits()
    traits.numbers.update({f"token {at}": ord(play.token[at]) for at in range(4)})
    traits.numbers["count"] = len(play.responses)
    for received in play.responses:
        _add(traits, received)
    return traits


def _add(traits: Traits, received: Received) -> None:
    kind, rest = received.kind, remains(received.body)
    traits.numbers[f"{kind} seconds"] = received.seconds
    traits.numbers[f"{kind} size"] = len(rest)
    if progress := _PROGRESS.search(received.body):
        traits.numbers["judged"] = int(progress[1])
        traits.numbers["judged, odd"] = int(progress[1]) % 2
    traits.numbers[f"{kind} order"] = rest.find('id="first"') - rest.find('id="second"')
    for name, value in (received.headers | received.cookies).items():  # type: ignore[operator]
        if not (name == "Content-Length" and "<section" in received.body):
            traits.numbers[f"{kind} {name} size"] = len(value)
            traits.words.add(f"{kind} {name} {value}")
        traits.words.add(f"{kind} {name}")
    traits.words.update(f"{kind} {word}" for word in _WORD.findall(_SIDE.sub("", rest)))
    for number, side in enumerate(_SIDE.findall(rest)):
        traits.numbers[f"{kind} size of side {number}"] = len(side)
        traits.words.update(f"{kind} side {number} {word}" for word in _WORD.findall(side))
    traits.words.add(f"{kind} {received.status}")


def remains(body: str) -> str:
    """A page without the text of its dialogues, how many turns they have, what both are about, and how many are judged."""
    body = _TASK.sub("", _PROGRESS.sub("", _OPTIONS.sub(r"\1\2", _PROSE.sub(r"\1\2", body))))
    return _SIDE.sub(lambda side: _without_count(side[0]), body)


def _without_count(side: str) -> str:
    turns = sorted({_DIGITS.sub("n", turn) for turn in _TURN.findall(side)})
    return _TURN.sub("", side).replace("</section>", "".join(turns) + "</section>")


def _rules(known: Sequence[tuple[Traits, str]]) -> Iterable[Rule]:
    for name in sorted({name for traits, _ in known for name in traits.numbers}):
        for threshold in sorted({traits.numbers.get(name, 0.0) for traits, _ in known}):
            yield from (Rule(name, threshold, is_turned) for is_turned in (False, True))
    counts: dict[str, int] = {}
    for traits, _ in known:
        for word in traits.words:
            counts[word] = counts.get(word, 0) + 1
    for word in sorted(word for word, count in counts.items() if _RARE <= count <= len(known) - _RARE):
        yield from (Rule(word, None, is_turned) for is_turned in (False, True))


def _right(rule: Rule, known: Sequence[tuple[Traits, str]]) -> int:
    return sum(rule.guess(traits) == artificial for traits, artificial in known)
