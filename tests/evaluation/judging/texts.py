"""Dialogues as people and models write them, for pairs that look like real ones."""

from collections.abc import Sequence

from evaluation.models import Evaluation, Pair
from studies.models import Turn

Turns = Sequence[tuple[str, str]]
CALORIES = """That depends on how you run. Roughly:

1. 50 m: 3.6 kcal
2. 100 m: 7.3 kcal
3. 200 m: 14.7 kcal

All three together are about 25.6 kcal."""
SPEEDS = """Of course. Average speed is distance over time:

```python
def speed(metres, seconds):
    return metres / seconds
```

| race | time | speed |
|---|---|---|
| 50 m | 8 s | 6.25 m/s |
| 100 m | 17 s | 5.88 m/s |
| 200 m | 38 s | 5.26 m/s |
"""
NATURAL: Turns = (
    ("i ran 50m in 8 sec, 100m in 17 and 200m in 38. how fast was i?", "About **6.25**, **5.88** and **5.26** m/s."),
    ("and in km/h", "That is 22.5, 21.2 and 18.9 km/h."),
    ("calories? im 70kg", CALORIES),
    ("ok thx, so basically nothing lol", "Short races burn little, but training for them burns a lot."),
)
SIMULATED: Turns = (
    ("Could you please help me calculate my average speed for a 50-meter, a 100-meter and a 200-meter race?", SPEEDS),
    (
        "Thank you. Additionally, I would like to know how many calories I burned in each of these races.",
        "I need your weight for that. For **70 kg** it is about 3.6, 7.3 and 14.7 kcal.",
    ),
)


def tell(evaluation: Evaluation, *, natural: Turns = NATURAL, simulated: Turns = SIMULATED) -> None:
    """Gives all pairs of the evaluation these dialogues."""
    pairs = Pair.objects.filter(evaluation=evaluation, role=Pair.Role.MAIN)
    told = [one for pair in pairs for one in ((pair.natural_id, natural), (pair.simulated_id, simulated))]
    texts = {key: turns for key, turns in told if key is not None}
    Turn.objects.filter(dialogue__in=texts).delete()
    Turn.objects.bulk_create(
        Turn(dialogue_id=key, position=position, key=f"told-{position}", utterance=prompt, response=answer)
        for key, turns in texts.items()
        for position, (prompt, answer) in enumerate(turns)
    )
