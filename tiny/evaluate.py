"""Let the embedded model play both speakers for the study's personas and goals: `python -m tiny.evaluate`."""

import argparse
import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from dialogue import goals, personas, prompts
from dialogue.backends.base import ChatModel
from dialogue.backends.registry import close_models, open_model
from dialogue.extraction import SELF_REPLY_MARKERS
from dialogue.model_config import ModelSpec, SpeakerTable
from dialogue.models_file import find_model
from dialogue.outputs import Checks
from dialogue.roleplay import Ended, Exchange, roleplay
from dialogue.seeds import SpeakerName, sampler_seed
from dialogue.speakers import Speaker

MAX_TURNS = 12
SPEAKERS: tuple[SpeakerName, SpeakerName] = ("inquirer", "responder")


@dataclass(frozen=True, slots=True)
class Played:
    """The text of one dialogue."""

    title: str
    ending: str
    turns: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        said = "".join(f"\n> {utterance}\n\n{response}\n" for utterance, response in self.turns)
        return f"## {self.title}: {self.ending}\n{said}"


async def play(spec: ModelSpec, personas_count: int, seed: int) -> list[Played]:
    """Play every goal with the first ``personas_count`` personas, as many dialogues at once as the model has slots for."""
    model, free = open_model(spec), asyncio.Semaphore(max(1, (spec.slots or 16) // 2))
    cells = [(persona, goal) for persona in personas.load_listed()[:personas_count] for goal in goals.load_listed()]

    async def play_cell(persona: personas.ListedPersona, goal: goals.ListedGoal) -> Played:
        async with free:
            return await _play(model, spec, persona, goal, seed)

    try:
        return await asyncio.gather(*(play_cell(*cell) for cell in cells))
    finally:
        await close_models()


async def _play(
    model: ChatModel, spec: ModelSpec, persona: personas.ListedPersona, goal: goals.ListedGoal, seed: int
) -> Played:
    title = f"{persona.code}, goal {goal.number}"
    inquirer, responder = [_speaker(model, spec, speaker, title, seed) for speaker in SPEAKERS]
    sentence, asking = personas.describe(persona.features), prompts.load("llama-2")
    turns: list[tuple[str, str]] = []
    ending = ""
    async for event in roleplay(
        inquirer, responder, persona=sentence, goal=goal.text, prompts=asking, max_turns=MAX_TURNS
    ):
        match event:
            case Ended():
                ending = event.ending
            case Exchange():
                turns.append((event.utterance, event.response))
    return Played(title, ending, tuple(turns))


def _speaker(model: ChatModel, spec: ModelSpec, speaker: SpeakerName, title: str, seed: int) -> Speaker:
    table: SpeakerTable | None = getattr(spec, speaker)
    if table is None:
        raise LookupError(f"Model {spec.name!r} cannot be the {speaker}.")
    return Speaker(
        speaker,
        model,
        spec.sampling_for(table),
        Checks(table.coherence.max_n, table.coherence.repeats, SELF_REPLY_MARKERS),
        lambda turn, attempt: sampler_seed(seed, title, "", speaker, turn, attempt),
        opening=prompts.load_responder(table.prompts).open() if speaker == "responder" else (),
        conversation=f"{title} {speaker}",
    )


def report(dialogues: list[Played]) -> str:
    """Return the shares of endings, the mean turns and the distinct openings."""
    endings = Counter(dialogue.ending for dialogue in dialogues)
    turns = [len(dialogue.turns) for dialogue in dialogues]
    openings = {dialogue.turns[0][0] for dialogue in dialogues if dialogue.turns}
    return "\n".join(
        [
            f"dialogues          {len(dialogues)}",
            *(f"{ending:<18} {count / len(dialogues):.1%}" for ending, count in endings.most_common()),
            f"mean turns         {sum(turns) / len(turns):.2f}",
            f"distinct openings  {len(openings)}",
        ]
    )


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("models.toml"), help="models file")
    parser.add_argument("--model", default="tiny", help="model that plays both speakers")
    parser.add_argument("--personas", type=int, default=20, help="number of the twenty personas to use")
    parser.add_argument("--seed", type=int, default=73)
    parser.add_argument("--show", type=int, default=0, help="number of dialogues to print")
    arguments = parser.parse_args()
    dialogues = asyncio.run(play(find_model(arguments.models, arguments.model), arguments.personas, arguments.seed))
    print("\n".join(str(dialogue) for dialogue in dialogues[: arguments.show]))
    print(report(dialogues))


if __name__ == "__main__":
    main()
