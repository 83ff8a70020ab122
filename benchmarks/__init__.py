"""Measurements that anybody can repeat: each builds its own models and prints what it compared."""
