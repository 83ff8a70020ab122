"""Reading a script's file in the layout that it has."""

from collections.abc import Callable
from pathlib import Path

from rolellm.scripts import plays, published_rows, screenplays, transcripts
from rolellm.scripts.turns import Turn, UnreadableScript

LIMIT = 50_000_000
"""The largest file in bytes: a film script has about 200 kB."""
_SHARE = 0.3
"""From this share of lines that begin with a speaker and a colon on, a text is a transcript."""


def read_script(path: Path) -> list[Turn]:
    """Return the turns of a script: profile rows (``.jsonl``) or the text of a play, screenplay or transcript.

    Raises UnreadableScript with one sentence.
    """
    return parse_script(read_bytes(path), str(path))


def parse_script(content: bytes, name: str) -> list[Turn]:
    """Return the turns in the content of the file ``name``. Raises UnreadableScript with one sentence."""
    text = decode(content, name)
    turns = (published_rows.parse if name.lower().endswith(".jsonl") else layout(text))(text)
    if not turns:
        raise UnreadableScript(f"{name} contains no text. Choose the file of a script.")
    return turns


def decode(content: bytes, name: str) -> str:
    """Return the text in the content of the file ``name``. Raises UnreadableScript if it is not UTF-8."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise UnreadableScript(f"{name} is not UTF-8 text. Save it as UTF-8.") from error


def layout(text: str) -> Callable[[str], list[Turn]]:
    """Return the parser that fits the text: for a transcript, a screenplay with its scene headings, or else a play."""
    lines = [stripped for line in text.splitlines() if (stripped := line.strip())]
    if sum(map(transcripts.is_spoken, lines)) > _SHARE * len(lines):
        return transcripts.parse
    if any(map(screenplays.HEADING.match, lines)):
        return screenplays.parse
    return plays.parse


def read_bytes(path: Path) -> bytes:
    """Return the content of a file that is not too large. Raises UnreadableScript with one sentence."""
    try:
        if (size := path.stat().st_size) > LIMIT:
            raise UnreadableScript(
                f"{path} has {size / 1e6:.0f} MB, and a script may have {LIMIT / 1e6:.0f} MB. Split it into several files."
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableScript(f"There is no file {path}. Correct its name.") from error
    except OSError as error:
        raise UnreadableScript(f"{path} cannot be read ({error.strerror}). Choose a file that you may read.") from error
