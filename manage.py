#!/usr/bin/env python
"""Django's command line for this project."""

import gc
import os
import sys

from django.core.management import execute_from_command_line
from django.db import Error


def main() -> None:
    """Run the command; an unavailable database ends it with a sentence."""
    gc.set_threshold(50_000)  # imported code stays alive, and scanning it took a tenth of the time to start
    try:
        execute_from_command_line(sys.argv)
    except Error as error:
        from roleplay_site.serving.views import describe_absence

        if sentence := describe_absence(error):
            sys.exit(sentence)
        raise


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roleplay_site.settings")
    main()
