"""What one page has been told, so that it gets every piece of a reply once and is never left behind."""

from typing import Any

from collection.chat.protocol import Snapshot
from collection.chat.standing import Marks
from studies.models import Generation

Frame = dict[str, Any]


class Following:
    """How far a page is. Frames come over channels that may lose, repeat or delay them."""

    def __init__(self, known: Snapshot | None = None) -> None:
        reply = known.generation if known else None
        is_under_way = reply is not None and reply.state in (*Generation.IN_FLIGHT, "thinking", "saving")
        self.marks = Marks(
            turns=known.turns if known else 0,
            under_way=reply.attempt if reply and is_under_way else None,
            is_over=known is not None and known.ended,
        )
        self._position, self._length = (reply.position, len(reply.text)) if reply else (-1, 0)

    def take(self, frame: Frame) -> Frame | None:
        """What of the frame the page needs, if anything.

        A piece that begins after what the page has is dropped: what lies between comes again within a second.
        """
        match frame["type"]:
            case "turn":
                return self._take_turn(frame)
            case "piece":
                return self._take_piece(frame)
            case "thinking":
                return self._take_thinking(frame)
            case "done":
                self.marks = Marks(self.marks.turns, None, self.marks.is_over)
        return frame

    def _take_turn(self, frame: Frame) -> Frame:
        self.marks = Marks(frame["position"] + 1, 0, self.marks.is_over)
        self._position, self._length = frame["position"], 0
        return frame

    def _take_thinking(self, frame: Frame) -> Frame | None:
        if not self._is_of_this_reply(frame):
            return None
        self._length = min(self._length, frame["length"])
        return frame

    def _take_piece(self, frame: Frame) -> Frame | None:
        if not self._is_of_this_reply(frame):
            return None
        known = self._length - frame["offset"]
        is_begin = not frame["text"] and known == 0
        if known < 0 or (known >= len(frame["text"]) and not is_begin):
            return None
        self._length += len(frame["text"]) - known
        return frame | {"offset": frame["offset"] + known, "text": frame["text"][known:]}

    def _is_of_this_reply(self, frame: Frame) -> bool:
        return (frame["position"], frame["attempt"]) == (self._position, self.marks.under_way)
