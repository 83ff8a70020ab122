"""BM25 as Lucene computes it; the paper names no variant."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1 = 1.5
B = 0.75


class Index:
    """Documents, as tokens, that queries are compared with."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets DEBUG, and would write a line for each index
        self._size = len(documents)
        self._index = bm25s.BM25(method="lucene", k1=K1, b=B, dtype="float64")
        self._has_tokens = any(documents)
        if self._has_tokens:
            self._index.index([list(document) for document in documents], show_progress=False)

    def scores(self, query: Sequence[str]) -> "NDArray[np.float64]":
        """Return the score of each document for the query; 0 where no token is shared. Repeated tokens count repeatedly."""
        import numpy as np

        if not self._has_tokens or not query:
            return np.zeros(self._size)
        return np.asarray(self._index.get_scores(list(query)))
