"""What researchers add to dialogues."""

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from studies.models import Dialogue, Exclusion, SearchText, is_excluded
from tests.factories import make_dialogue

pytestmark = pytest.mark.django_db


def test_a_dialogue_has_one_exclusion_in_force_and_the_removed_ones_as_its_history() -> None:
    dialogue = make_dialogue()
    Exclusion.objects.create(dialogue=dialogue, reason="a test", removed_at=timezone.now())
    assert not Dialogue.objects.filter(is_excluded()).exists()
    Exclusion.objects.create(dialogue=dialogue, reason="off topic")
    assert Dialogue.objects.filter(is_excluded()).get() == dialogue
    with pytest.raises(IntegrityError):
        Exclusion.objects.create(dialogue=dialogue, reason="again")


def test_the_index_follows_the_words_of_a_dialogue() -> None:
    text = SearchText.objects.create(dialogue=make_dialogue(), words="how fast", turns=1)
    assert _matches("fast") == [text.pk]
    SearchText.objects.bulk_create(
        [SearchText(dialogue=text.dialogue, words="slow", turns=2)],
        update_conflicts=True,
        unique_fields=["dialogue"],
        update_fields=["words", "turns"],
    )
    assert (_matches("fast"), _matches("slow")) == ([], [text.pk])
    text.delete()
    assert _matches("slow") == []


def _matches(word: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM studies_search WHERE studies_search MATCH %s", [word])
        return [pk for (pk,) in cursor.fetchall()]
