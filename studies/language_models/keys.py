"""API keys of models, which are only in the environment: never in the database, on a page or in a log."""

import os

from django.conf import settings

from studies.language_models.in_force import read_models_in_force


def without_keys(sentence: str) -> str:
    """Return the sentence with the name of its variable in place of each key: a server may repeat the one that it refuses."""
    names = {spec.key_env for spec in read_models_in_force(settings.MODELS_FILE).all.values() if spec.key_env}
    for name in sorted(names):
        if key := os.environ.get(name, "").strip():
            sentence = sentence.replace(key, f"[{name}]")
    return sentence
