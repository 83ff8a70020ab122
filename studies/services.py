"""Changes to a study and its dialogues."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from dialogue import goals, personas
from dialogue.backends.base import ChatModel
from dialogue.outputs import Output as ModelOutput
from dialogue.roleplay import Ended, Exchange
from jobs.rows import insert_rows, update_row
from studies.audit import Verb, record
from studies.models import Dialogue, Goal, Output, Persona, Study, Turn
from studies.questions.question import Question
from studies.questions.storage import write_question
from studies.search.indexing import index_dialogues
from studies.signals import study_changed, study_copied
from studies.storable_text import storable
from studies.texts import DEFAULTS, follow_language

DEMO = "demo"
M = TypeVar("M", bound=Model)


@transaction.atomic
def load_paper_study(chatbot: str) -> Study:
    """Load the paper's study: ten goals, the questionnaire and twenty personas. Existing parts are not changed."""
    study, _ = Study.objects.get_or_create(
        slug=DEMO,
        defaults={
            "title": "LLM Roleplay: the paper's study",
            "description": "Ten goals in three domains, the persona form of figure 9, and the paper's twenty personas.",
            "chatbot": chatbot,
            "questionnaire": paper_questionnaire(),
        },
    )
    for goal in goals.load_listed():
        Goal.objects.get_or_create(study=study, number=goal.number, defaults={"domain": goal.domain, "text": goal.text})
    for persona in personas.load_listed():
        Persona.objects.get_or_create(
            study=study,
            code=persona.code,
            defaults={"source": Persona.Source.LISTED, "features": dict(persona.features)},
        )
    return study


def paper_questionnaire() -> list[dict[str, Any]]:
    """Return the paper's persona form as a study stores it."""
    features = personas.load_questionnaire()
    return [write_question(Question(one.key, one.label, one.options, one.screened_out)) for one in features]


@transaction.atomic
def copy_study(study: Study) -> Study:
    """Return an editable copy of the study with the same texts, rules, questionnaire, goals, conditions, listed personas and
    characters.

    Participants' personas are not copied, because people consented to one study only. Other apps copy what they add to a
    study.
    """
    copy = _copy(study, "copy")
    Persona.objects.bulk_create(
        Persona(study=copy, code=persona.code, source=persona.source, features=persona.features)
        for persona in study.personas.filter(source=Persona.Source.LISTED)
    )
    record(study, Verb.COPIED, "the study")
    record(copy, Verb.CREATED, f"the study as a copy of {study.slug}")
    return copy


def copy_for_tests(study: Study) -> Study:
    """Return a test copy of the study, which is frozen from the start, so that it stays what its participants try.

    It has no listed personas, which only simulations use: they cannot be made in a test copy.
    """
    return _copy(study, "test", test_of=study, frozen_at=timezone.now())


def _copy(study: Study, suffix: str, **fields: Any) -> Study:
    fresh = {"frozen_at": None, "archived_at": None, "is_public": False, "test_of": None} | fields
    copy = copy_row(study, slug=_slug_of_copy(study.slug, suffix), title=f"{study.title[:190]} ({suffix})", **fresh)
    Goal.objects.bulk_create(
        Goal(study=copy, number=goal.number, domain=goal.domain, text=goal.text) for goal in study.goals.all()
    )
    for condition in study.conditions.all():
        copy_row(condition, study=copy)
    for persona in study.personas.filter(source=Persona.Source.CHARACTER).select_related("character"):
        assert persona.character is not None, "a persona that is a character has a sheet"  # noqa: S101
        copy_row(persona, study=copy, character=copy_row(persona.character, study=copy))
    study_copied.send(sender=Study, study=study, copy=copy)
    return copy


def let_texts_follow(study: Study) -> list[str]:
    """Store the default texts that nobody has changed in the study's language; return the names of those that this changed.

    It reads the stored texts, because one may have been changed since the study was loaded.
    """
    study.refresh_from_db(fields=list(DEFAULTS))
    followed = {
        name: follow_language(getattr(study, name), default, study.language) for name, default in DEFAULTS.items()
    }
    changed = [name for name, text in followed.items() if text != getattr(study, name)]
    for name in changed:
        setattr(study, name, followed[name])
    study.save(update_fields=changed)
    return changed


def announce_change(study: Study, fields: Sequence[str]) -> list[str]:
    """Record the change of the ``fields``, and let other apps adapt what they keep of the study; return their sentences for the
    researcher.

    Call it in the transaction that stores the change.
    """
    record(study, Verb.CHANGED, f"the study: {', '.join(map(_name_field, fields))}")
    answers: list[tuple[Any, Any]] = study_changed.send(sender=Study, study=study, fields=fields)
    return [sentence for _receiver, sentences in answers for sentence in sentences]


def _name_field(name: str) -> str:
    """Return the name of one of the study's fields in words; what is no field is named as it is."""
    fields = {field.name: field for field in Study._meta.concrete_fields}
    return str(fields[name].verbose_name) if name in fields else name


def copy_row(row: M, **changes: Any) -> M:
    """Store and return a copy of the row, including fields that are added to the model later."""
    values = {field.name: getattr(row, field.name) for field in _copied_fields(row) if field.name not in changes}
    return type(row)._default_manager.create(**values | changes)


def copied_values(row: Model, *without: str) -> dict[str, Any]:
    """Return what a copy of the row has in common with it: its fields ``without`` these and without relations to other rows."""
    kept = (field for field in _copied_fields(row) if not field.is_relation and field.name not in without)
    return {field.name: getattr(row, field.name) for field in kept}


def _copied_fields(row: Model) -> list[Any]:
    fields = row._meta.concrete_fields
    return [one for one in fields if not one.primary_key and not one.unique and one.name != "created_at"]


def freeze_study(study: Study) -> None:
    """Freeze the study: its goals, questionnaire and texts can no longer change."""
    Study.objects.filter(pk=study.pk, frozen_at=None).update(frozen_at=timezone.now())


def save_exchange(dialogue: Dialogue, exchange: Exchange, counter: ChatModel) -> None:
    """Store a complete turn with all its outputs. ``counter``, the responder, counts the tokens."""
    turn = Turn(
        dialogue=dialogue,
        position=exchange.position,
        utterance=storable(exchange.utterance),
        response=storable(exchange.response),
        utterance_tokens=counter.count_tokens(exchange.utterance),
        response_tokens=counter.count_tokens(exchange.response),
    )
    insert_rows([turn])
    save_outputs(dialogue, exchange.outputs)


def end_dialogue(dialogue: Dialogue, ended: Ended, at: datetime) -> None:
    """Store the dialogue's ending and the outputs of its final step."""
    save_outputs(dialogue, ended.outputs)
    update_row(dialogue, ending=ended.ending, ended_at=at)
    index_dialogues([dialogue.pk])


def save_outputs(dialogue: Dialogue, outputs: Iterable[ModelOutput]) -> None:
    """Store model outputs, raw and checked."""
    insert_rows([_row(dialogue, output) for output in outputs])


def _row(dialogue: Dialogue, output: ModelOutput) -> Output:
    reply, checked = output.reply, output.checked
    return Output(
        dialogue=dialogue,
        position=output.turn,
        speaker=output.speaker,
        attempt=output.attempt,
        left_out=output.left_out,
        status=checked.status,
        text=storable(checked.text),
        prompts_found=checked.prompts_found,
        is_self_reply=checked.is_self_reply,
        has_rest=checked.has_rest,
        raw=storable(reply.raw),
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        cached_tokens=reply.cached_tokens,
        thought_characters=len(reply.thoughts),
        thought_tokens=reply.thought_tokens,
        unsent=" ".join(reply.unsent),
        first_token_seconds=reply.first_token_seconds,
        seconds=reply.seconds,
        stop_reason=reply.stop_reason,
    )


def free_slug(stem: str, study: Study | None = None) -> str:
    """Return the stem or, if a study other than this one has it, the stem with the first free number: "demo-2"."""
    others = Study.objects.exclude(pk=study.pk) if study and study.pk else Study.objects.all()
    candidates = (f"{stem}-{number}" if number > 1 else stem for number in count(1))
    return next(one for one in candidates if not others.filter(slug=one).exists())


def _slug_of_copy(slug: str, suffix: str) -> str:
    """Return a free slug that ends in "-copy", "-copy-2" and so on; a copy of a copy has only one such suffix."""
    stem = re.sub(rf"-{suffix}(-\d+)?$", "", slug)[:40]
    return free_slug(f"{stem}-{suffix}")
