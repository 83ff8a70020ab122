"""Files are written completely or not at all."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from studies.files.whole_files import Unwritable, check_writable, write_whole


@contextmanager
def disk_with_room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond ``size`` bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def interrupted() -> Iterator[str]:
    yield "half "
    raise KeyboardInterrupt


def test_all_pieces_replace_what_was_there_with_their_own_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a longer older text", "utf-8")
    write_whole(file, ["one\r\n", "zwei ä\n"])
    assert file.read_bytes() == "one\r\nzwei ä\n".encode()
    assert list(tmp_path.iterdir()) == [file]


def test_what_was_there_stays_when_the_pieces_break_off(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old", "utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_whole(file, interrupted())
    assert file.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_full_disk_is_reported_in_one_sentence_without_partial_files(tmp_path: Path) -> None:
    with disk_with_room_for(1000), pytest.raises(Unwritable) as caught:
        write_whole(tmp_path / "file", ["x" * 100] * 1000)
    assert str(caught.value).startswith(f"{tmp_path / 'file'} could not be written (File too large). Free some space")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["/", "", ".", "/dev/null", "/proc/file", "missing/file", "n" * 300, "file/below"])
def test_what_is_no_place_for_a_file_is_refused_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    for attempt in (check_writable, lambda path: write_whole(path, ["text"])):
        with pytest.raises(Unwritable, match=r"cannot be written\. Name a file in a folder that you may write to\.$"):
            attempt(Path(name))
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_check_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "file"
    check_writable(file)
    assert list(tmp_path.iterdir()) == []
    file.write_text("old", "utf-8")
    check_writable(file)
    assert file.read_text("utf-8") == "old"
