"""The embedded chat model: corpus, network, and the script that builds it."""
