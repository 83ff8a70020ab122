"""How many triplets a job has made, and how many each step removed."""

from django.db.models import Count

from characters.models import ContextInstruct, Triplet
from rolellm.selection import Funnel


def read_funnel(job: ContextInstruct) -> Funnel:
    """Return the funnel of the job's triplets so far; those that no step has seen yet are only candidates."""
    triplets = Triplet.objects.filter(call__job=job).order_by()
    counts = dict(triplets.values_list("fate").annotate(Count("pk")))
    malformed = counts.pop("malformed", 0)
    test = triplets.filter(split="test").values("question").distinct().count()
    steps = {"low": "low", "repeats": "repeat", "duplicates": "duplicate", "kept": "kept"}
    counted = {step: counts.get(fate, 0) for step, fate in steps.items()}
    return Funnel(candidates=sum(counts.values()), **counted, test=test, malformed=malformed)
