"""The instructions of a run's inquirer, as its measures need them.

The code that measures does not import this: prompt sets depend on backends, whose changes must not outdate results.
The values themselves are part of a report's fingerprint.
"""

from analysis.humanness.run_dialogues import Instructions
from dialogue.backends.base import ModelMisconfigured
from simulation.models import Run
from simulation.run_prompts import prompt_set_of


def instructions_of(run: Run) -> Instructions:
    """Return the instructions of the run's inquirer; empty ones if the run does not record them, as imported runs do not."""
    if "prompts" not in (run.configuration.get("inquirer") or {}):
        return Instructions()
    try:
        prompts = prompt_set_of(run.configuration)
    except ModelMisconfigured:
        return Instructions()  # the built-in set of an older version is gone; its dialogues can still be measured
    return Instructions(prompts.base_language, prompts.stop.token, prompts.reading.marks, is_recorded=True)
