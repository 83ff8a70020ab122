"""Tunings: the request for one, its worker, its page, and what becomes of its adapter."""
