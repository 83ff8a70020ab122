"""A questionnaire with a question of every kind and place, for tests."""

from typing import Any

AGE = {"key": "age", "label": "Age", "kind": "number", "low": 0, "high": 120, "eligible_from": 18}
SPORTS = {"key": "sports", "label": "Sports", "kind": "multiple", "options": ["golf", "chess"], "required": False}
LEVEL = {"key": "level", "label": "Level", "options": ["beginner", "expert"], "withholdable": False} | {
    "shown_if": {"key": "sports", "answers": ["chess"]}
}
TRUST: dict[str, Any] = {"key": "trust", "label": "Do you trust chatbots?", "kind": "scale", "low": 1, "high": 5} | {
    "low_label": "not at all",
    "high_label": "fully",
}
JOB = {"key": "job", "label": "Your work", "kind": "short_text", "required": False}
FORM: list[dict[str, Any]] = [AGE, SPORTS, LEVEL, TRUST, JOB]
TEMPLATE = "a(n) {[level] }person{ of [age]}{ who plays [sports]}{ and works as [job]}"
ANSWERS = {"age": "30", "sports": ["golf", "chess"], "level": "expert", "trust": "4", "job": "  a nurse "}
FEATURES = {"age": 30, "sports": ["golf", "chess"], "level": "expert", "trust": 4, "job": "a nurse"}
SENTENCE = "an expert person of 30 who plays golf and chess and works as a nurse"
