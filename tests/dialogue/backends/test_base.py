"""The contract for authors of backends."""

import pytest

from dialogue.backends.base import StreamingModel


def test_a_backend_without_its_one_method_is_refused_when_it_is_made() -> None:
    class Unfinished(StreamingModel):
        """A model that generates nothing."""

    with pytest.raises(TypeError, match="generate"):
        Unfinished()  # type: ignore[abstract]
