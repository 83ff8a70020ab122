"""The rows of the benchmark's table, and the goals that some of them must reach."""

from collections.abc import Iterator

from benchmarks.api.watching import EARLY, MANY, Watched
from benchmarks.figures import Row

TOLERANCE = 0.1


def judge(watched: Watched) -> Iterator[Row]:
    """Yield the rows for one provider."""
    name = f"{watched.allows} allowed"
    least, median, most = watched.settled
    if watched.allows >= watched.requests:
        yield Row(f"{name}: most in progress within {EARLY:.0f} s", watched.early, least=MANY)
        if watched.many_after is not None:
            yield Row(f"{name}: time until {MANY} are in progress", watched.many_after, "s")
        yield Row(f"{name}: median in progress afterwards", median, least=MANY)
    else:
        least_near, most_near = (1 - TOLERANCE) * watched.allows, (1 + TOLERANCE) * watched.allows
        yield Row(f"{name}: median in progress afterwards", median, least=least_near, most=most_near)
    yield Row(f"{name}: lowest number afterwards", least)
    yield Row(f"{name}: highest number afterwards", most)
    yield Row(f"{name}: answers", watched.answered)
    yield Row(f"{name}: refusals", watched.refused)
    yield Row(f"{name}: requests given up after refusals", watched.failed)
