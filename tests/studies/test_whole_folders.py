"""Folders that appear complete or not at all."""

import pytest

from studies.files.whole_files import Unwritable
from studies.files.whole_folders import whole_folder


def test_a_folder_appears_only_when_it_is_complete(tmp_path) -> None:
    with whole_folder(tmp_path / "data") as place:
        (place / "file").write_text("x")
        assert not (tmp_path / "data").exists()
    assert (tmp_path / "data" / "file").read_text() == "x"
    assert [each.name for each in tmp_path.iterdir()] == ["data"]


def test_an_error_leaves_nothing(tmp_path) -> None:
    with pytest.raises(LookupError), whole_folder(tmp_path / "data") as place:
        (place / "file").write_text("x")
        raise LookupError
    assert not list(tmp_path.iterdir())


def test_an_existing_folder_and_a_place_without_permission_are_refused(tmp_path) -> None:
    with pytest.raises(Unwritable, match="exists already"), whole_folder(tmp_path):
        pass
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unwritable, match="could not be written"), whole_folder(tmp_path / "file" / "data"):
        pass
