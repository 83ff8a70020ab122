"""The preparation before the first request."""

from django.template import Engine
from django.template.loaders.cached import Loader
from django.urls import clear_url_caches, get_resolver

from roleplay_site.serving.preparation import prepare


def test_no_visitor_waits_for_a_template_to_be_parsed() -> None:
    (loader,) = Engine.get_default().template_loaders
    assert isinstance(loader, Loader)
    loader.reset()
    prepare()
    assert {"judging/pair.html", "enrolment/welcome.html", "base.html"} <= loader.get_template_cache.keys()


def test_no_visitor_waits_for_the_views_to_be_loaded() -> None:
    clear_url_caches()
    assert "url_patterns" not in vars(get_resolver())
    prepare()
    assert "url_patterns" in vars(get_resolver())
