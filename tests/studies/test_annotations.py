"""What researchers add to dialogues."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from studies.annotations import MOST_TAGS, AnnotationRefused, add_tag, exclude_dialogue
from studies.models import AuditLine, Dialogue, Exclusion, SearchText, is_excluded
from tests.factories import make_dialogue, make_staff

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
    text = SearchText.objects.create(dialogue=make_dialogue(), words="how fast")
    assert _matches("fast") == [text.pk]
    SearchText.objects.bulk_create(
        [SearchText(dialogue=text.dialogue, words="slow")],
        update_conflicts=True,
        unique_fields=["dialogue"],
        update_fields=["words"],
    )
    assert (_matches("fast"), _matches("slow")) == ([], [text.pk])
    text.delete()
    assert _matches("slow") == []


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def test_tags_notes_and_exclusions_are_added_and_removed_on_the_dialogues_page(client: Client) -> None:
    dialogue = make_dialogue()
    assert _send(client, dialogue, "tag", " off\u200b  topic ") == f"/dialogues/{dialogue.token}/?q=a+b#annotations"
    _send(client, dialogue, "tag", "off topic")
    _send(client, dialogue, "note", "<b>Odd</b>\r\nstart")
    _send(client, dialogue, "exclude", "a  test\nonly")
    page = client.get(f"/dialogues/{dialogue.token}/").text
    assert "&lt;b&gt;Odd&lt;/b&gt;<br>start" in page
    assert "<strong>Excluded</strong>: a test only" in page
    assert [(tag.name, tag.author) for tag in dialogue.tags.all()] == [("off topic", User.objects.get())]
    _send(client, dialogue, "untag", "off topic")
    _send(client, dialogue, "remove-note", str(dialogue.notes.get().pk))
    _send(client, dialogue, "include", "")
    page = client.get(f"/dialogues/{dialogue.token}/").text
    assert (dialogue.tags.count(), dialogue.notes.count()) == (0, 0)
    assert 'a test only <span class="quiet">excluded by researcher' in page
    assert list(AuditLine.objects.order_by("pk").values_list("verb", flat=True)) == [
        "added",
        "added",
        "excluded",
        "removed",
        "removed",
        "restored",
    ]


@pytest.mark.parametrize(
    ("action", "value", "sentence"),
    [
        ("tag", " \u200b ", "A tag needs some text. Type it, then try again."),
        ("tag", "x" * 51, "A tag may have 50 characters, and this one has 51. Shorten it."),
        ("note", "x" * 5001, "A note may have 5,000 characters, and this one has 5,001. Shorten it."),
        ("exclude", "", "A reason needs some text. Type it, then try again."),
        ("exclude", "again", "This dialogue is excluded already. Include it again before you give another reason."),
    ],
)
def test_what_cannot_be_added_is_refused_in_a_sentence(client: Client, action: str, value: str, sentence: str) -> None:
    dialogue = make_dialogue()
    exclude_dialogue(dialogue, "first", None)
    _send(client, dialogue, action, value)
    assert sentence in client.get(f"/dialogues/{dialogue.token}/").text
    assert (dialogue.tags.count(), dialogue.notes.count(), dialogue.exclusions.get().reason) == (0, 0, "first")


def test_a_dialogue_has_a_bounded_number_of_tags() -> None:
    dialogue = make_dialogue()
    for number in range(MOST_TAGS):
        add_tag(dialogue, f"tag {number}", None)
    add_tag(dialogue, "tag 0", None)
    with pytest.raises(AnnotationRefused, match="which is the limit"):
        add_tag(dialogue, "one more", None)


@pytest.mark.parametrize(("action", "value"), [("remove-note", "x"), ("remove-note", "9" * 30), ("untag", "gone")])
def test_removing_what_is_not_there_changes_nothing(client: Client, action: str, value: str) -> None:
    dialogue = make_dialogue()
    assert _send(client, dialogue, action, value)
    assert not AuditLine.objects.exists()


def test_only_known_actions_of_those_who_may_change_studies_are_done(client: Client) -> None:
    dialogue = make_dialogue()
    address = f"/dialogues/{dialogue.token}/annotations/"
    assert client.post(address, {"action": "delete"}).status_code == 400
    assert client.get(address).status_code == 405
    User.objects.get().user_permissions.remove(Permission.objects.get(codename="change_study"))
    assert client.post(address, {"action": "exclude", "value": "a"}).status_code == 403
    assert not Exclusion.objects.exists()


def _send(client: Client, dialogue: Dialogue, action: str, value: str) -> str:
    """Send a form of the page that was opened from a list, and return where it leads."""
    answer = client.post(f"/dialogues/{dialogue.token}/annotations/?q=a+b", {"action": action, "value": value})
    assert answer.status_code == 302
    return answer["Location"]


def _matches(word: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM studies_search WHERE studies_search MATCH %s", [word])
        return [pk for (pk,) in cursor.fetchall()]
