"""What Django, the site's servers and the workers import as their settings: the configuration, or one sentence and the end."""

from django.core.exceptions import ImproperlyConfigured
from environs import EnvError

try:
    from roleplay_site.configuration import *  # noqa: F403
except (EnvError, ImproperlyConfigured) as error:
    raise SystemExit(f"The site cannot start. {str(error).rstrip('.')}.") from None
