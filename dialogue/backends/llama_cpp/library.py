"""The llama.cpp library, loaded with the settings that this project needs."""

import logging
import os
from collections import deque
from importlib import import_module
from typing import Any

logger = logging.getLogger(__name__)

# Threads that spin while they wait starve whatever else shares the cores, a second engine above all: measured with a
# competing job, a step of sixteen takes 26 ms without spinning and 45 with. On cores that nothing else uses it is the
# other way round (18 and 12 ms): set OMP_WAIT_POLICY=ACTIVE there. OpenMP reads it once, when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
llama: Any = import_module("llama_cpp")

_ERROR = 4  # of ggml_log_level
_complaints: deque[str] = deque(maxlen=8)


def _log(level: int, text: bytes, _: object) -> None:
    if level == _ERROR:
        complaint = text.decode("utf-8", "replace").strip()
        _complaints.append(complaint)
        logger.warning("%s", complaint)


def attempt(function: Any, *arguments: object) -> tuple[Any, str]:
    """What a function of the library returns, and the first complaint that it logged meanwhile, which says most."""
    _complaints.clear()
    result = function(*arguments)
    return result, _complaints[0].rsplit(": ", 1)[-1] if _complaints else "no reason given"


HAS_AMX = b"AMX_INT8 = 1" in llama.llama_print_system_info()
"""Whether the library multiplies quantized weights by AMX tiles.

GCC 12 and older compile the configuration of the tiles wrongly (it writes the first eight bytes and drops the others as
unused), and the first multiplication then ends the process. Our Makefile compiles without AMX; a wheel from elsewhere may not.
"""

# Kept in a module variable because the library keeps only its address.
_log_callback = llama.llama_log_callback(_log)
llama.llama_log_set(_log_callback, None)
llama.llama_backend_init()
