"""API keys of models. They exist only in the environment: never in the database, on a page or in a log."""

import os

from django.conf import settings

from studies.language_models.in_force import read_models_in_force


def without_keys(sentence: str) -> str:
    """Return the sentence with each key replaced by its variable's name: a server may repeat the key that it refuses."""
    names = {spec.key_env for spec in read_models_in_force(settings.MODELS_FILE).all.values() if spec.key_env}
    for name in sorted(names):
        if key := os.environ.get(name, "").strip():
            sentence = sentence.replace(key, f"[{name}]")
    return sentence
