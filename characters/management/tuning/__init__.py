"""The actions of ``manage.py rocit``."""
