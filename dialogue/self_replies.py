"""Hide a self-reply from the reader of a streamed answer."""

from dialogue.extraction import cut_self_reply


class OwnWords:
    """The part of a streamed answer before the first mark of a self-reply.

    The end of the text so far is held back while it may be the beginning of a mark.
    """

    def __init__(self, markers: tuple[str, ...]) -> None:
        self._markers = markers
        self._text = ""
        self._shown = 0

    def add(self, piece: str) -> str:
        """Return the text that may be shown now, after the text shown before."""
        self._text += piece
        return self._show(self._safe())

    def set_back(self, said: str) -> str:
        """Return all text that may be shown if only ``said`` is left of the answer, because the rest was a thought."""
        self._text, self._shown = said, 0
        return self._show(self._safe())

    def rest(self) -> str:
        """Return the text that was held back and is not a mark, at the end of the answer."""
        return self._show(cut_self_reply(self._text, self._markers)[0])

    def _show(self, visible: str) -> str:
        shown, self._shown = self._shown, max(self._shown, len(visible))
        return visible[shown:]

    def _safe(self) -> str:
        own = cut_self_reply(self._text, self._markers)[0]
        return own if len(own) < len(self._text) else own[: len(own) - self._doubtful()]

    def _doubtful(self) -> int:
        """Return how many of the last characters may begin a mark."""
        beginnings = (mark[:length] for mark in self._markers for length in range(1, len(mark)))
        return max((len(beginning) for beginning in beginnings if self._text.endswith(beginning)), default=0)
