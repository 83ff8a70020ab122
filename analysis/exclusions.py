"""What reports say about the dialogues that researchers excluded."""

from collections.abc import Iterator

from studies.models import Study, excluded_in


def excluded_sentences(study: Study) -> Iterator[str]:
    """Yield a sentence about the study's excluded dialogues, if there are any."""
    count = len(excluded_in(study))
    if count == 1:
        yield "Researchers excluded one dialogue of this study. Statistics, pairs and analyses leave it out."
    elif count:
        yield f"Researchers excluded {count} dialogues of this study. Statistics, pairs and analyses leave them out."
