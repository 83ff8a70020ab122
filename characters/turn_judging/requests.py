"""Requests for scores of turns by a model."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from characters.asking import describe_asked, prepare_job
from characters.models import TurnJudging, TurnScore
from characters.refusals import CharacterRefused
from characters.turn_judging.queue import TURN_SCORES
from characters.turn_judging.turns import PlayedTurn, drawn_turns, with_played_turns
from dialogue.backends.base import ModelMisconfigured, Sampling
from rolellm.turn_judging.questions import digest
from studies.language_models.descriptions import decisive
from studies.language_models.identities import find_well_described
from studies.models import Dialogue, Study, refuse_archived

SAMPLING = Sampling(temperature=0.0, max_tokens=1000)
NOTHING_TO_SCORE = (
    "There is nothing to score: no dialogue has ended in which a model plays one of the study's characters."
)
_AT_ONCE = 500
Descriptions = dict[str, dict[str, str]]
"""Description and language by character."""


def request_scores(
    study: Study, dialogues: QuerySet[Dialogue], judge: str, most: int | None = None, models_file: Path | None = None
) -> TurnJudging:
    """Return the judging by ``judge`` of these dialogues of the study, with the turns that were missing added.

    ``most`` limits the turns of a speaker in a dialogue. It is paused until it is queued or worked on. Raises CharacterRefused,
    or Archived.
    """
    refuse_archived(study.pk)
    file = models_file or settings.MODELS_FILE
    if most is not None and most < 1:
        raise CharacterRefused("Choose at least 1 turn of each dialogue, or all turns.")
    configuration = _configure(study, judge, file)
    with transaction.atomic():
        keys = _lock(with_played_turns(dialogues))
        Study.objects.select_for_update(no_key=True).get(pk=study.pk)  # two requests at once are one judging
        judging = _find(study, configuration) or _create(study, configuration, file)
        _add_missing(TURN_SCORES.lock(judging), configuration["descriptions"], keys, most)
        if not judging.scores.exists():
            raise CharacterRefused(NOTHING_TO_SCORE)
    judging.refresh_from_db()
    return judging


def _configure(study: Study, judge: str, models_file: Path) -> dict[str, Any]:
    """Return everything that affects the scores. Raises CharacterRefused."""
    try:
        if find_well_described(models_file, judge).guard:
            raise ModelMisconfigured(f"Model {judge!r} is a guard and cannot score turns. Choose another model.")
        model = describe_asked(models_file, judge, SAMPLING)
    except ModelMisconfigured as error:
        raise CharacterRefused(str(error)) from error
    sheets = study.character_sheets.values_list("name", "description", "language")
    described = {name: {"description": text, "language": language} for name, text, language in sheets}
    return {"model": model, "prompt": digest(), "descriptions": described}


def _lock(dialogues: QuerySet[Dialogue]) -> list[int]:
    """Lock the dialogues, so that a withdrawal either finds their scores or has deleted them; return their keys.

    Lock them before the job: a withdrawal waits for workers, which hold scores and wait for the job.
    """
    rows = dialogues.order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(rows.values_list("pk", flat=True))


def _find(study: Study, configuration: dict[str, Any]) -> TurnJudging | None:
    """Return the judging with the same judge and prompt that describes no character otherwise, with all descriptions added."""
    for judging in study.turn_judgings.filter(model=configuration["model"]["model"]):
        told = judging.configuration
        if _asked(told) == _asked(configuration) and _agree(told["descriptions"], configuration["descriptions"]):
            told["descriptions"] |= configuration["descriptions"]
            judging.save(update_fields=["configuration"])
            return judging
    return None


def _asked(configuration: dict[str, Any]) -> tuple[Any, str]:
    return decisive(configuration["model"]), configuration["prompt"]


def _agree(told: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(told[name] == described for name, described in wanted.items() if name in told)


def _create(study: Study, configuration: dict[str, Any], models_file: Path) -> TurnJudging:
    judging = TurnJudging(study=study, model=configuration["model"]["model"], configuration=configuration)
    prepare_job(judging, models_file)
    judging.save()
    return judging


def _add_missing(locked: TurnJudging, characters: Descriptions, keys: list[int], most: int | None) -> None:
    """Add the missing scores. Only the holder of the judging's row adds any."""
    added = 0
    for begin in range(0, len(keys), _AT_ONCE):
        some = keys[begin : begin + _AT_ONCE]
        missing = [
            TurnScore(judging=locked, dialogue_id=turn.dialogue, speaker=turn.speaker, position=turn.position)
            for turn in _missing(locked, drawn_turns(some, characters, most), some)
        ]
        added += len(TurnScore.objects.bulk_create(missing, batch_size=_AT_ONCE))
    if added:
        TurnJudging.objects.filter(pk=locked.pk, state=TurnJudging.State.FINISHED).update(
            state=TurnJudging.State.PAUSED
        )


def _missing(judging: TurnJudging, turns: Iterator[PlayedTurn], keys: list[int]) -> Iterator[PlayedTurn]:
    there = judging.scores.filter(dialogue__in=keys).order_by()
    existing = set(there.values_list("dialogue", "speaker", "position"))
    return (turn for turn in turns if (turn.dialogue, turn.speaker, turn.position) not in existing)
