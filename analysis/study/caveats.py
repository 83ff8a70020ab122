"""What to mind about a study's analysis, whatever comes out."""

from collections.abc import Iterator, Sequence

from analysis.study.sources import Source


def caveats_of_data(sources: Sequence[Source]) -> Iterator[str]:
    """Yield caveats about all results from the judgements of ``sources`` that count."""
    counted = [source for source in sources if source.is_counted]
    if any(source.evaluation.is_rehearsed for source in counted):
        yield "These judgements are made up, to try the software: they are no results."
    for source in counted:
        if source.is_open:
            yield (
                f"{source.evaluation} is still open, and its judgements were chosen to count: stopping or continuing because "
                "of these results would invalidate the evaluation. Its evaluators may include people who only tried the link."
            )


def caveats_of_models(sources: Sequence[Source]) -> Iterator[str]:
    """About the mixed models."""
    if any(source.evaluation.judges_per_pair > 1 for source in sources if source.is_counted):
        yield "Pairs were judged by several evaluators: the models do not know which judgements are about the same pair."


def uncounted(sources: Sequence[Source]) -> str:
    """Return a sentence about the evaluations that do not count; empty if all count, or have no judgements."""
    left = [str(source) for source in sources if source.judgements and not source.is_counted]
    return f"Not counted: {', '.join(left)}." if left else ""
