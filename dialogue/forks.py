"""Continue a dialogue from an utterance that the inquirer did not write."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from dialogue.prompts import PromptSet
from dialogue.roleplay import Ended, Exchange, Past, responder_history, roleplay
from dialogue.speakers import Speaker


async def roleplay_after(
    utterance: str,
    inquirer: Speaker,
    responder: Speaker,
    *,
    persona: str,
    goal: str,
    prompts: PromptSet,
    max_turns: int,
    past: Sequence[Past] = (),
) -> AsyncGenerator[Exchange | Ended]:
    """Let ``responder`` answer ``utterance`` after the turns in ``past``, and both play on as in ``roleplay``.

    The given utterance is not checked: it is what a researcher wants to be asked.
    """
    answer = await responder.speak(responder_history(responder.opening, past, utterance), len(past))
    if answer.ending:
        yield Ended(answer.ending, answer.outputs)
        return
    exchange = Exchange(len(past), utterance, answer.text, answer.outputs)
    yield exchange
    rest = roleplay(
        inquirer,
        responder,
        persona=persona,
        goal=goal,
        prompts=prompts,
        max_turns=max_turns,
        past=[*past, exchange],
    )
    async with aclosing(rest) as steps:
        async for step in steps:
            yield step
