"""What tables call the judges of a study."""

from collections import Counter

from studies.models import Study


def judge_names(study: Study) -> dict[int, str]:
    """Return the name of each judge by the key of its judging; a judge that was asked in several ways is numbered."""
    names, asked = dict[int, str](), Counter[str]()
    for key, model in study.turn_judgings.order_by("pk").values_list("pk", "model"):
        asked[model] += 1
        names[key] = model if asked[model] == 1 else f"{model} ({asked[model]})"
    return names
