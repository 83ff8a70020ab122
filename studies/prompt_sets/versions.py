"""Storing prompt sets. A version never changes; a change makes the next one."""

import re

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from dialogue import prompts
from dialogue.prompt_file import InvalidPrompts, read_prompts
from studies.audit import Verb, record
from studies.models import PromptVersion

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")


class PromptSetRefused(ValueError):
    """The prompt set cannot be stored; the message is one sentence that says what to do."""


@transaction.atomic
def store_version(name: str, text: str, author: User | None = None) -> PromptVersion:
    """Store the TOML ``text`` as the latest version of the prompt set ``name``.

    A text that equals the latest version adds none. Raises PromptSetRefused.
    """
    found = _read(name, text)
    versions = PromptVersion.objects.filter(name=name)
    latest = versions.select_for_update().last()
    if latest and latest.speaker != found.speaker:
        raise PromptSetRefused(f"The prompt set {name!r} is for {latest.speaker}s. Choose another name.")
    if latest and latest.text == text:
        return latest
    number = latest.version + 1 if latest else 1
    version = PromptVersion(name=name, version=number, speaker=found.speaker, text=text, created_by=author)
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError as error:
        raise PromptSetRefused(
            f"Someone else has just stored a version of the prompt set {name!r}. Review it, then store yours again."
        ) from error
    record(None, Verb.CREATED, f"the prompt set {name}@{number}", about=f"{name}@{number}")
    return version


def _read(name: str, text: str) -> prompts.AnyPrompts:
    if not _NAME.fullmatch(name):
        raise PromptSetRefused(
            "The name may contain small letters, digits and hyphens, at most 50, such as short-questions."
        )
    if name in prompts.inquirers() or name in prompts.responders():
        raise PromptSetRefused(
            f"The prompt set {name!r} is built in and never changes. Choose another name for your copy."
        )
    try:
        return read_prompts(text)
    except InvalidPrompts as error:
        raise PromptSetRefused(str(error)) from error
