"""Templates that are ready before the first request."""

from django.template import Engine
from django.template.loaders.cached import Loader

from roleplay_site.serving.templates import parse_templates


def test_no_visitor_waits_for_a_template_to_be_parsed() -> None:
    (loader,) = Engine.get_default().template_loaders
    assert isinstance(loader, Loader)
    loader.reset()
    parse_templates()
    assert {"judging/pair.html", "participation/welcome.html", "base.html"} <= loader.get_template_cache.keys()
