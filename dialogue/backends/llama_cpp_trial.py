"""llama.cpp, tried in another process first: built for another processor, it ends the process that loads it.

It is outside the backend's package, which loads the library.
"""

import signal
import subprocess
import sys
from functools import cache

_TRIAL = "import llama_cpp; llama_cpp.llama_backend_init(); llama_cpp.llama_print_system_info()"
BUILD_AGAIN = (
    "llama-cpp-python was built for another processor than this one. Build it here: pip install --force-reinstall --no-deps"
    " --no-cache-dir --no-binary llama-cpp-python llama-cpp-python. Then start again."
)


@cache
def find_obstacle() -> str:
    """Return why loading the library would end this process, in a sentence; empty if it would not.

    The trial takes 0.3 seconds, once in each process. A package that is missing or broken otherwise raises an error of its own.
    """
    if "llama_cpp" in sys.modules:
        return ""
    command = [sys.executable, "-c", _TRIAL]
    status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode  # noqa: S603
    match -status:
        case signal.SIGILL:
            return BUILD_AGAIN
        case number if number > 0:
            return f"llama-cpp-python ends the process that loads it ({signal.Signals(number).name}). Install it again."
        case _:
            return ""
