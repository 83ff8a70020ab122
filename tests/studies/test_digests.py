"""Digests of model files are computed only once."""

import hashlib
from pathlib import Path

from studies.language_models.digests import remembered


def test_the_digest_is_the_files_sha256_and_is_made_again_only_when_the_file_has_changed(tmp_path: Path) -> None:
    file, notes = tmp_path / "model.gguf", tmp_path / "digests"
    file.write_bytes(b"one")
    assert remembered(notes)(file) == hashlib.sha256(b"one").hexdigest()
    (note,) = notes.iterdir()
    note.write_text("what was remembered")
    assert remembered(notes)(file) == "what was remembered"
    file.write_bytes(b"other")
    assert remembered(notes)(file) == hashlib.sha256(b"other").hexdigest()
