"""A base model, rows and descriptions for tunings, as a researcher would have them."""

import json
from pathlib import Path

from benchmarks.random_llama import Shape
from tests.rolellm.tuning.bases import ANSWERS, QUESTIONS, write_base

SMALLEST = Shape(hidden=16, layers=1, heads=2, feed_forward=32, syllables=8, speaks_words=False)
"""A base model for samples of four hundred tokens: each letter of RoleLLM's prompts is one for it."""

ROWS = [
    {"role": role, "question": question, "generated": [answer]}
    for role, answer in ANSWERS.items()
    for question in QUESTIONS
]
DESCRIPTIONS = {"Ann": "She is Ann.", "Bob": "He is Bob."}
QUICK = ("--epochs", "4", "--batch", "2", "--rate", "0.01", "--checkpoint-every", "2", "--input-tokens", "1000")


def write_models(folder: Path) -> Path:
    """Write a small base model and a models file that describes it as "base"."""
    write_base(folder / "base", SMALLEST)
    file = folder / "models.toml"
    entry = f'[models.base]\nbackend = "transformers"\nmodel = "{folder / "base"}"\ncontext = 2048\ndevice = "cpu"\n'
    file.write_text(entry + '\n[models.said]\nbackend = "scripted"\nreplies = ["No."]\n')
    return file


def write_rows(folder: Path) -> tuple[Path, Path]:
    """Write the rows and the descriptions, and return their files."""
    rows, descriptions = folder / "train.jsonl", folder / "desc.json"
    rows.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    descriptions.write_text(json.dumps(DESCRIPTIONS))
    return rows, descriptions
