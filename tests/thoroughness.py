"""The extent of long tests: a sample in every run, and everything with ``THOROUGH=1``."""

import os

IS_THOROUGH = bool(os.environ.get("THOROUGH"))
