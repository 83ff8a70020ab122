"""Forms of prompt sets as a browser sends them."""

from typing import Any

from dialogue.prompts import AnyPrompts
from simulation.prompt_sets.set_editor import SetEditor


def fields(prompts: AnyPrompts, name: str = "", **changes: Any) -> dict[str, Any]:
    """Return the fields of the form that is pre-filled with ``prompts``, with some of them changed; None: not sent."""
    editor = SetEditor(prompts.speaker, prompts)
    values = {field.html_name: field.value() for field in editor.form} | {"name": name}
    if editor.opening is not None:
        values |= {field.html_name: field.value() for field in editor.opening.management_form}
        values |= {field.html_name: field.value() for row in editor.opening for field in row}
    return {key: value for key, value in (values | changes).items() if value not in (None, False)}
