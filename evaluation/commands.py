"""The choice of an evaluation in commands."""

from collections.abc import Callable

from django.core.management.base import CommandError

from characters.models import Benchmark
from evaluation.models import Evaluation
from studies.models import Study


def find_evaluation(place: Study | Benchmark, number: int | None, say: Callable[[str], object]) -> Evaluation:
    """Return the evaluation of that place with that number; without one, the latest that was opened, or else the latest.

    If there are several, ``say`` gets a sentence that names the one chosen. Raises CommandError.
    """
    known = list(place.evaluations.order_by("number"))
    what = f"Study {place.slug!r}" if isinstance(place, Study) else f"Benchmark {place.name!r}"
    if not known:
        raise CommandError(f"{what} has no evaluations. Plan one on its page.", returncode=2)
    if number is None:
        return _latest(known, say)
    found = next((one for one in known if one.number == number), None)
    if found is None:
        numbers = ", ".join(str(one.number) for one in known)
        raise CommandError(f"{what} has no evaluation {number}. Choose from {numbers}.", returncode=2)
    return found


def _latest(known: list[Evaluation], say: Callable[[str], object]) -> Evaluation:
    latest = ([one for one in known if not one.is_planned] or known)[-1]
    if len(known) > 1:
        say(
            f"Using evaluation {latest.number}, the latest of {len(known)}. To choose another one, add --evaluation NUMBER."
        )
    return latest
