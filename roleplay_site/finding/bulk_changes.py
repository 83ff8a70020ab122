"""Changes of all dialogues in a list at once."""

from django.contrib.auth.models import User

from roleplay_site.finding.requests import Wanted
from studies.annotations import AnnotationRefused
from studies.bulk_annotations import BULK_CHANGES, MOST_AT_ONCE
from studies.models import Study
from studies.search.matching import by_index


def change_found(study: Study, wanted: Wanted, action: str, value: str, count: str, author: User | None) -> str:
    """Change the dialogues that are wanted, of which the researcher saw ``count``, and return a sentence.

    A list that has another length by now is not changed: the researcher has not seen it. Raises AnnotationRefused.
    """
    with by_index():
        keys = list(wanted.choose(study).values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(keys) > MOST_AT_ONCE:
        raise AnnotationRefused(
            f"The list has more than {MOST_AT_ONCE:,} dialogues, which is the limit for one change. Add a filter."
        )
    if str(len(keys)) != count:
        raise AnnotationRefused(
            f"The list has {len(keys):,} dialogue{'' if len(keys) == 1 else 's'} now, so nothing was changed. Check it, "
            "then try again."
        )
    return BULK_CHANGES[action](study, keys, value, author)
