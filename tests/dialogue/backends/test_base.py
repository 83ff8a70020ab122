"""What the contract asks of whoever writes a backend."""

import pytest

from dialogue.backends.base import StreamingModel


def test_a_backend_without_its_one_method_is_refused_when_it_is_made() -> None:
    class Unfinished(StreamingModel):
        """Says nothing."""

    with pytest.raises(TypeError, match="generate"):
        Unfinished()  # type: ignore[abstract]
