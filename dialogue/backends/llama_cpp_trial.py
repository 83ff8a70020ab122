"""llama.cpp, tried in another process first: built for another processor, it ends the process that loads it.

It is outside the backend's package, which loads the library.
"""

import signal
import subprocess
import sys
from functools import cache
from importlib.metadata import version

_TRIAL = "import llama_cpp; llama_cpp.llama_backend_init(); llama_cpp.llama_print_system_info()"
_SECONDS = 60


def build_again() -> str:
    """Return what to do if the library was built for another processor: build the same version as the Makefile does."""
    return (
        "llama-cpp-python was built for another processor than this one. Build it here:"
        " CMAKE_ARGS=-DCMAKE_CXX_FLAGS=-U__AMX_INT8__ pip install --force-reinstall --no-deps --no-cache-dir"
        f" --no-binary llama-cpp-python llama-cpp-python=={version('llama-cpp-python')}. Then start again."
    )


@cache
def find_obstacle() -> str:
    """Return why loading the library would end this process, in a sentence; empty if it would not.

    The trial takes 0.3 seconds, once in each process. A package that is missing or broken in another way raises its own error.
    """
    if "llama_cpp" in sys.modules:
        return ""
    command = [sys.executable, "-c", _TRIAL]
    try:
        status = subprocess.run(  # noqa: S603
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=_SECONDS
        ).returncode
    except subprocess.TimeoutExpired:
        return f"llama-cpp-python does not load within {_SECONDS} seconds. Install it again, or try later."
    match -status:
        case signal.SIGILL:
            return build_again()
        case signal.SIGKILL:
            return "llama-cpp-python was killed while it was loaded, perhaps because the memory is full. Start again later."
        case number if number > 0:
            return f"llama-cpp-python ends the process that loads it ({signal.strsignal(number) or number}). Install it again."
        case _:
            return ""
