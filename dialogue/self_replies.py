"""Keeping a self-reply from somebody who reads along."""

from dialogue.extraction import cut_self_reply


class OwnWords:
    """The part of a streamed answer before the first mark of a self-reply.

    The end of what has come is held back while it may be the beginning of a mark.
    """

    def __init__(self, markers: tuple[str, ...]) -> None:
        self._markers = markers
        self._text = ""
        self._shown = 0

    def add(self, piece: str) -> str:
        """What may be shown now, beyond what was shown before."""
        self._text += piece
        return self._show(self._safe())

    def set_back(self, said: str) -> str:
        """All that may be shown when no more than ``said`` is left of the answer, because the rest was a thought."""
        self._text, self._shown = said, 0
        return self._show(self._safe())

    def rest(self) -> str:
        """What was held back and is no mark, now that the answer is over."""
        return self._show(cut_self_reply(self._text, self._markers)[0])

    def _show(self, visible: str) -> str:
        shown, self._shown = self._shown, max(self._shown, len(visible))
        return visible[shown:]

    def _safe(self) -> str:
        own = cut_self_reply(self._text, self._markers)[0]
        return own if len(own) < len(self._text) else own[: len(own) - self._doubtful()]

    def _doubtful(self) -> int:
        """How many of the last characters may begin a mark."""
        beginnings = (mark[:length] for mark in self._markers for length in range(1, len(mark)))
        return max((len(beginning) for beginning in beginnings if self._text.endswith(beginning)), default=0)
