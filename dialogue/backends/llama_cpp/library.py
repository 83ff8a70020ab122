"""The llama.cpp library, loaded with this project's settings."""

import logging
from collections import deque
from importlib import import_module
from typing import Any

logger = logging.getLogger(__name__)

llama: Any = import_module("llama_cpp")
grammar_of: Any = import_module("llama_cpp.llama_grammar").json_schema_to_gbnf
"""Return the grammar of a JSON schema, both as text."""

_ERROR = 4  # of ggml_log_level
_complaints: deque[str] = deque(maxlen=8)


def _log(level: int, text: bytes, _: object) -> None:
    if level == _ERROR:
        complaint = text.decode("utf-8", "replace").strip()
        _complaints.append(complaint)
        logger.warning("%s", complaint)


def attempt(function: Any, *arguments: object) -> tuple[Any, str]:
    """Call a function of the library. Return its result and the first error that it logged, which is the most informative."""
    _complaints.clear()
    result = function(*arguments)
    return result, _complaints[0].rsplit(": ", 1)[-1] if _complaints else "no reason given"


HAS_AMX = b"AMX_INT8 = 1" in llama.llama_print_system_info()
"""Whether the library may multiply repacked weights with AMX tiles.

GCC 12 and older miscompile the configuration of the tiles (they write the first eight bytes and drop the others as unused), and
the first multiplication then crashes the process. Our Makefile compiles without AMX, although the library still reports it; a
wheel from elsewhere may use it.
"""

# Keep a reference in the module, because the library stores only the address.
_log_callback = llama.llama_log_callback(_log)
llama.llama_log_set(_log_callback, None)
llama.llama_backend_init()
