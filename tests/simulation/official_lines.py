"""Lines of files in the official format."""

import json

from dialogue.personas import describe
from studies.models import Study


def line(persona: str, goal: str, *, utterance: str = "Hi?", **ours: object) -> str:
    dialog = [{"turn": 0, "model_inquirer": utterance, "model_responder": "Hello."}]
    return json.dumps({"persona": persona, "sample": {"instruction": goal}, "num_turns": 1, "dialog": dialog} | ours)


def sentence(study: Study, code: str) -> str:
    return describe(study.personas.get(code=code).features)
