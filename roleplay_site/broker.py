"""The embedded broker: kombu's folder of message files, made to survive full disks, power cuts and days without a worker."""

import hashlib
import logging
import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError, KombuError
from kombu.transport import filesystem
from kombu.transport.virtual import Message
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)
_RETRY_SECONDS = 0.2
_BROKEN = (AttributeError, LookupError, TypeError, ValueError, RecursionError, KombuError)
"""Errors that a file of any content can cause when it is read as a message."""


class Channel(filesystem.Channel):
    """Messages as files that are complete as soon as they are visible, read in the order of their names.

    A task only wakes workers, so it replaces an equal one that is waiting: without a worker the folder holds one message for
    each. An incomplete file, as after a full disk or a power cut, is set aside with a line in the log.
    """

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override] # as kombu does
        folder, ending = Path(self.data_folder_out), f"_{_label(payload)}.{queue}.msg"
        part = folder / f"{uuid4().hex}.part"
        try:
            part.write_text(dumps(payload), "utf-8")
            waiting = [path for path in folder.iterdir() if path.name.endswith(ending)]
            part.rename(folder / f"{time.time_ns():020}{ending}")
        except OSError as error:
            part.unlink(missing_ok=True)
            raise ChannelError(f"Messages cannot be written to {folder}: {error}.") from error
        for replaced in waiting:
            replaced.unlink(missing_ok=True)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        for name in sorted(path.name for path in Path(self.data_folder_in).iterdir()):
            if name.partition(".")[2] == f"{queue}.msg" and (payload := self._take(name)):
                return payload
        raise Empty

    def _take(self, name: str) -> dict[str, Any] | None:
        """Return the message and remove its file; None if another process took it, or if it cannot be read."""
        taken = Path(self.processed_folder) / name
        try:
            (Path(self.data_folder_in) / name).rename(taken)
        except OSError:
            return None  # another process was faster
        try:
            payload: dict[str, Any] = loads(taken.read_text("utf-8"))
            _check(self.message_to_python(payload))
        except (OSError, *_BROKEN) as error:
            _set_aside(taken, error)
            return None
        taken.unlink()
        return payload

    def get_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:  # type: ignore[override] # as kombu does
        self._mend(exchange)
        return super().get_table(exchange)

    def _queue_bind(self, exchange: str, *binding: Any) -> None:
        self._mend(exchange)
        super()._queue_bind(exchange, *binding)

    def _mend(self, exchange: str) -> None:
        """Set the exchange's table aside if it stays unreadable: it is written again when a queue is bound."""
        table = self.control_folder / f"{exchange}.exchange"
        if table.exists() and not _is_json(table):
            time.sleep(_RETRY_SECONDS)  # another process may be writing it
            if not _is_json(table):
                _set_aside(table, ValueError("no table"))


class Transport(filesystem.Transport):
    """The transport of ``filesystem://`` in this project."""

    Channel = Channel


def _label(payload: dict[str, Any]) -> str:
    """Return a key that equal tasks share; answers and remote control get a unique one."""
    task = payload.get("headers", {}).get("task")
    return hashlib.sha256(f"{task} {payload['body']}".encode()).hexdigest()[:32] if task else uuid4().hex


def _check(message: Message) -> None:
    """Raise one of _BROKEN unless a worker can take the message: one that it cannot take would end it."""
    content: Any = message.decode()
    headers: dict[str, Any] = message.headers
    if "task" in headers:
        _arguments, _keywords, _embedded = content
        _id, (_soft, _hard) = headers["id"], headers.get("timelimit") or (None, None)


def _is_json(path: Path) -> bool:
    try:
        loads(path.read_text("utf-8"))
    except ValueError:
        return False
    return True


def _set_aside(path: Path, error: Exception) -> None:
    aside = path.with_name(f"{path.name}.broken")
    path.rename(aside)
    logger.warning(
        "The broker's file %s cannot be read (%s): it was renamed to %s. No work is lost: workers look for it themselves.",
        path, error, aside.name,
    )  # fmt: skip
