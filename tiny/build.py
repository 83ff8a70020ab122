"""Build the embedded model from scratch: `python -m tiny.build` writes tiny/tiny.gguf."""

import argparse
import hashlib
import logging
import time
from pathlib import Path

import torch

from tiny.corpus.documents import Mixture, generate
from tiny.export import write_gguf
from tiny.network import Shape
from tiny.tokenizer import train_tokenizer
from tiny.train import Schedule, train

MODEL = Path(__file__).with_name("tiny.gguf")
_log = logging.getLogger(__name__)


def build(path: Path, shape: Shape, mixture: Mixture, schedule: Schedule) -> None:
    """Generate the corpus, train the tokenizer and the network, and write the model to ``path``."""
    started = time.monotonic()
    dialogues = list(generate(mixture))
    tokenizer = train_tokenizer(dialogues, shape.vocabulary)
    documents = [tokenizer.encode(messages) for messages in dialogues]
    _log.info("%d dialogues, %d tokens", len(documents), sum(len(document.ids) for document in documents))
    write_gguf(path, train(documents, shape, schedule), tokenizer)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    _log.info("%s: %d bytes, sha256 %s, %.0f s", path, path.stat().st_size, digest, time.monotonic() - started)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=MODEL, help="file to write")
    parser.add_argument("--threads", type=int, default=2, help="number of cores for training")
    parser.add_argument("--bfloat16", action="store_true", help="faster on processors with bfloat16 instructions")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(arguments.threads)
    build(arguments.output, Shape(), Mixture(), Schedule(bfloat16=arguments.bfloat16))


if __name__ == "__main__":
    main()
