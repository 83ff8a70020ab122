"""The site, which names at its start the heavy libraries that it has loaded."""

import sys

from roleplay_site.asgi import application

__all__ = ["application"]
HEAVY = ["numpy", "torch", "transformers", "llama_cpp", "matplotlib", "scipy", "pandas", "networkx", "redis", "psycopg"]

print("Heavy libraries:", [name for name in HEAVY if name in sys.modules], flush=True)
