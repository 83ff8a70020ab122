"""The settings of Django, the site's servers and the workers: the configuration, or one sentence and an exit."""

from django.core.exceptions import ImproperlyConfigured
from environs import EnvError

try:
    from roleplay_site.configuration import *  # noqa: F403
except (EnvError, ImproperlyConfigured) as error:
    raise SystemExit(f"The site cannot start. {str(error).rstrip('.')}.") from None
