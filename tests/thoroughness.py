"""How much is tried: some of what takes minutes in every run, and all that a promise rests on with ``THOROUGH=1``."""

import os

IS_THOROUGH = bool(os.environ.get("THOROUGH"))
