"""The embedded chat model: its corpus, its network, and the script that builds it."""
