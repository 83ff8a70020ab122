"""A scripted model that knows Coriolanus, and workers that let it describe him."""

from collections.abc import Sequence
from typing import Any

from asgiref.sync import async_to_sync

from characters.describing.descriptions import DESCRIPTIONS, request_description
from characters.describing.workers import DescriptionWorker
from characters.models import Character, Description
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message, Speaking
from tests.installation import MODELS_FILE

THIRD = "The character's description is: The character is a proud Roman general."
SECOND = "Your description is: You are a proud Roman general."
PHRASES = '"You common cry of curs!" / "Alone I did it."'
KNOWN: dict[str, Any] = {
    "What's Coriolanus's catchphrase?": PHRASES,
    "The character is a proud Roman general.": SECOND,
    "Who is": "A Roman general who despises the plebeians.",
    "Which people": "Volumnia is his mother.",
    "main events": "He takes Corioli and is banished.",
    "speak?": "He rails: You common cry of curs!",
    "end?": "The Volscians kill him.",
    "Coriolanus": THIRD,
}


class Knowing(ScriptedModel):
    """Answers by the first part that the last message contains; each request takes one of an answer that is a list."""

    def __init__(self, known: dict[str, Any] = KNOWN) -> None:
        super().__init__([""])
        self.known = dict(known)

    def _find(self, messages: Sequence[Message], role: Speaking) -> str:
        answer = next(answer for part, answer in self.known.items() if part in messages[-1].content)
        return str(answer.pop(0) if isinstance(answer, list) else answer)


def work_off(job: Description, model: ScriptedModel | None = None, **fields: Any) -> Description:
    """Let a worker ask everything that is left, as a terminal would."""
    knowing = model or Knowing()
    worker = DescriptionWorker(models_file=MODELS_FILE, open_model=lambda _: knowing, tick=0.02, **fields)
    DESCRIPTIONS.start(job)
    async_to_sync(worker.work_off)(job.steps.all())
    job.refresh_from_db()
    return job


def described(character: Character, model: ScriptedModel | None = None) -> Description:
    """Describe the character and return the job."""
    return work_off(request_description(character, "answerer", MODELS_FILE), model)
