"""Rows for tests, created without a model: a study, a run with its cells, a dialogue with its turns and outputs."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from characters.imports.profiles import store_profile
from characters.models import Character
from dialogue import goals, personas
from rolellm.profiles import Profile
from rolellm.roles import Role
from rolellm.rounds import Row
from simulation.models import Run, Simulation
from studies.models import Dialogue, Goal, GuardCheck, GuardRun, Output, Persona, Study, Turn

PASSWORD = "correct horse battery staple"
STORED_PASSWORD = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)
"""As a site stores it, but hashed once instead of a million times, which takes a third of a second."""
SEED = 73
RESPONSE = """Speed is distance over time:

1. Take the time of each race.
2. Divide the distance by it.

```python
def speed(metres, seconds):
    return metres / seconds
```

| race | time | speed |
|---|---|---|
| 50 m | 8 s | 6.25 m/s |
| 100 m | 17 s | 5.88 m/s |
"""
UTTERANCES = (
    "How do I calculate my speed for a 50, a 100 and a 200 meter race?",
    "And how many calories did I burn in each of them?",
    "What if I only have the time of the first one?",
    "Can you put that into one small function, please?",
)

PLAY_ROWS = Path(__file__).parent / "data" / "rolellm" / "script_coriolanus.jsonl"


def make_staff(username: str = "researcher") -> User:
    """Store a researcher who may view and change studies and logs in with PASSWORD."""
    user = User.objects.create(username=username, password=STORED_PASSWORD, is_staff=True)
    granted = User.user_permissions.through
    granted.objects.bulk_create(granted(user=user, permission_id=permission) for permission in _research_permissions())
    return user


@cache
def _research_permissions() -> list[int]:
    """Return the permissions' IDs, which ``migrate`` has created and no test changes."""
    codenames = ["view_study", "change_study"]
    return list(Permission.objects.filter(codename__in=codenames).order_by().values_list("pk", flat=True))


def make_study(slug: str = "demo", *, goal_count: int = 2, persona_count: int = 2) -> Study:
    """Store a study with the first of the paper's goals and personas."""
    study = Study.objects.create(
        slug=slug,
        title="LLM Roleplay: the paper's study",
        description="Ten goals in three domains and the paper's personas.",
        chatbot="tiny",
        questionnaire=[
            {"key": feature.key, "label": feature.label, "options": list(feature.options)}
            for feature in personas.load_questionnaire()
        ],
    )
    Goal.objects.bulk_create(
        Goal(study=study, number=goal.number, domain=goal.domain, text=goal.text)
        for goal in goals.load_listed()[:goal_count]
    )
    Persona.objects.bulk_create(
        Persona(study=study, code=persona.code, source=Persona.Source.LISTED, features=dict(persona.features))
        for persona in personas.load_listed()[:persona_count]
    )
    return study


def make_run(study: Study | None = None, *, seeds: tuple[int, ...] = (SEED,), **fields: Any) -> Run:
    """Store a run over all goals and personas of the study, with waiting cells; it is paused unless ``fields`` change it."""
    study = study or make_study()
    configuration = {
        "inquirer": make_speaker("tiny", "llama-2"),
        "responder": make_speaker("tiny", "llama-2-responder"),
        "features": "all",
        "max_turns": 12,
    }
    values: dict[str, Any] = {"inquirer": "tiny", "responder": "tiny", "configuration": configuration} | fields
    values.setdefault("identity", f"identity-{study.runs.count()}")
    run = Run.objects.create(study=study, **values)
    Simulation.objects.bulk_create(
        Simulation(run=run, persona=persona, goal=goal, seed=seed)
        for seed, persona, goal in product(seeds, study.personas.all(), study.goals.all())
    )
    return run


def make_speaker(model: str, prompts: str) -> dict[str, Any]:
    """Return a run's configuration of one speaker."""
    return {
        "model": model,
        "label": "for trying out the software, not for research",
        "backend": "llama_cpp",
        "fingerprint": "9f2c" * 16,
        "template": "own",
        "context": 2048,
        "prompts": prompts,
        "sampling": {"temperature": 0.8, "top_p": 0.95, "top_k": 0, "repeat_penalty": 1.0, "max_tokens": 200},
        "coherence": {"max_n": 8, "repeats": 2},
        "regenerate_tries": 0,
    }


def make_dialogue(
    cell: Simulation | None = None, *, turns: int = 2, ending: str = "goal_reached", minutes_ago: float = 0
) -> Dialogue:
    """Store a dialogue of the cell, or of a new run's first cell; without ``ending`` it is in progress."""
    cell = cell or make_run(state=Run.State.RUNNING).simulations.all()[0]
    [dialogue] = make_dialogues([cell], turns=turns, ending=ending, minutes_ago=minutes_ago)
    return dialogue


def make_dialogues(
    cells: Sequence[Simulation], *, turns: int = 2, ending: str = "goal_reached", minutes_ago: float = 0
) -> list[Dialogue]:
    """Do so for each cell, with few statements, because most tests begin with dozens of dialogues."""
    now = timezone.now() - timedelta(minutes=minutes_ago)
    dialogues = Dialogue.objects.bulk_create(_dialogue(cell, ending, now) for cell in cells)
    for cell, dialogue in zip(cells, dialogues, strict=True):
        cell.dialogue = dialogue
    Simulation.objects.bulk_update(cells, ["dialogue"])
    _update(Dialogue, dialogues, started_at=now - timedelta(seconds=20))
    held = {"finished_at": None, "worker": "worker-1", "leased_until": now + timedelta(seconds=60)}
    ended = {"finished_at": now, "worker": "", "leased_until": None}
    _update(Simulation, cells, ending=ending, **(ended if ending else held))
    made = [_turn(dialogue, position) for dialogue in dialogues for position in range(turns)]
    Turn.objects.bulk_create(made)
    Output.objects.bulk_create(output for turn in made for output in _outputs(turn))
    return dialogues


def _update(table: type[Dialogue | Simulation], rows: Sequence[Dialogue | Simulation], **fields: Any) -> None:
    """Store the same values in all rows by one short statement: ``bulk_update`` writes a case for each row and field."""
    for row in rows:
        vars(row).update(fields)
    table.objects.filter(pk__in=[row.pk for row in rows]).update(**fields)


def _dialogue(cell: Simulation, ending: str, now: datetime) -> Dialogue:
    return Dialogue(
        study_id=cell.run.study_id,
        goal=cell.goal,
        persona=cell.persona,
        persona_sentence=personas.describe(cell.persona.features),
        kind=Dialogue.Kind.SIMULATED,
        inquirer=cell.run.configuration["inquirer"],
        responder=cell.run.configuration["responder"],
        seed=cell.seed,
        ending=ending,
        ended_at=now if ending else None,
    )


def make_turn(
    dialogue: Dialogue, position: int, *, utterance: str = "", response: str = RESPONSE, **output: Any
) -> Turn:
    """Store a turn with one accepted output per speaker; ``output`` changes the inquirer's."""
    turn = _turn(dialogue, position, utterance, response)
    turn.save()
    Output.objects.bulk_create(_outputs(turn, **output))
    return turn


def _turn(dialogue: Dialogue, position: int, utterance: str = "", response: str = RESPONSE) -> Turn:
    utterance = utterance or UTTERANCES[position % len(UTTERANCES)]
    return Turn(
        dialogue=dialogue,
        position=position,
        utterance=utterance,
        response=response,
        utterance_tokens=len(utterance.split()),
        response_tokens=len(response.split()),
    )


def _outputs(turn: Turn, **output: Any) -> list[Output]:
    asked = {"raw": f'Sure, here is the prompt: "{turn.utterance}"', "text": turn.utterance} | output
    answered = {"speaker": "responder", "raw": turn.response, "text": turn.response, "prompts_found": 0}
    return [_output(turn.dialogue, turn.position, **fields) for fields in (asked, answered)]


def make_output(dialogue: Dialogue, position: int, **fields: Any) -> Output:
    """Store an output of the inquirer that was accepted with one prompt, unless ``fields`` change it."""
    output = _output(dialogue, position, **fields)
    output.save()
    return output


def _output(dialogue: Dialogue, position: int, **fields: Any) -> Output:
    values: dict[str, Any] = {
        "speaker": "inquirer",
        "status": "said",
        "prompts_found": 1,
        "prompt_tokens": 180 + 90 * position,
        "completion_tokens": 24,
        "first_token_seconds": 0.21,
        "seconds": 1.4,
        "stop_reason": "stop",
    }
    return Output(dialogue=dialogue, position=position, **values | fields)


def make_check(dialogue: Dialogue, verdict: str = "unsafe") -> GuardCheck:
    """Store what a guard of the study has found in the dialogue."""
    values = {"model": "guard", "configuration": {"kind": "llama-guard-3"}, "state": GuardRun.State.FINISHED}
    guard_run, _ = GuardRun.objects.get_or_create(study=dialogue.study, identity="identity-guard", defaults=values)
    return GuardCheck.objects.create(
        guard_run=guard_run, dialogue=dialogue, verdict=verdict, finished_at=timezone.now()
    )


def make_character(name: str = "Coriolanus", *, rounds: int = 20, **fields: Any) -> Character:
    """Store a character with the first ``rounds`` rounds of Coriolanus in the play (of 189), and made-up words about it.

    Without rounds it has no profile.
    """
    values: dict[str, Any] = {
        "aliases": ["MARCIUS"],
        "description": "You are a Roman general who despises the crowd.",
        "catchphrases": ["You common cry of curs!"],
        "described_by": "made-up",
    }
    if rounds:
        rows = [replace(row, role=_spoken_by(row, name)) for row in _play_rows() if row.diag_id < rounds]
        values = {"counts": store_profile(Profile(Role(name), "en", tuple(rows), Counter())).character.counts} | values
    character, _ = Character.objects.update_or_create(name=name, defaults=values | fields)
    return character


def _spoken_by(row: Row, name: str) -> str:
    return name if row.role == "Coriolanus" else row.role


@cache
def _play_rows() -> list[Row]:
    return [Row(**json.loads(line)) for line in PLAY_ROWS.read_text("utf-8").splitlines()]
