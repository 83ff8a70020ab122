"""The list of a study's dialogues: search, filters, order, and stepping through it."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from roleplay_site.finding.first_found import FirstFound, find_first
from roleplay_site.finding.orders import ORDERS
from roleplay_site.finding.requests import Wanted
from simulation.models import FailedDialogue
from studies.annotations import MOST_TAGS, add_tag, exclude_dialogue
from studies.models import AuditLine, Condition, Dialogue, Exclusion, Tag
from studies.search.indexing import index_study
from tests.collection.factories import enrol_participant, make_natural_dialogue, make_open_study
from tests.factories import make_dialogue, make_run, make_staff, make_study, make_turn

pytestmark = pytest.mark.django_db

List = Callable[[str], list[str]]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def dialogues() -> dict[str, Dialogue]:
    """Store two natural dialogues of a condition and four simulated ones that differ, of two runs."""
    study = make_open_study()
    person = enrol_participant(study)
    chats = [make_natural_dialogue(person, turns=number) for number in (1, 2)]
    condition = Condition.objects.create(study=study, name="warm")
    Dialogue.objects.filter(pk=chats[0].pk).update(condition=condition)
    first, second = make_run(study, inquirer="llama"), make_run(study, inquirer="vicuna")
    cells = [first.simulations.order_by("pk")[0], first.simulations.order_by("pk")[1], second.simulations.all()[0]]
    stored = [
        make_dialogue(cell, turns=turns, ending=ending)
        for cell, turns, ending in zip(cells, (2, 4, 3), ("goal_reached", "max_turns", ""), strict=True)
    ]
    make_turn(stored[1], 4, utterance="Was ist mit Übungen für Anfänger?", response="Ja.")
    index_study(study)
    add_tag(stored[0], "odd", None)
    exclude_dialogue(stored[0], "off topic", None)
    Dialogue.objects.filter(pk=stored[2].pk).update(is_replaced=True, ended_at=timezone.now(), ending="model_error")
    FailedDialogue.objects.create(cell=cells[2], dialogue=stored[2])
    names = ("chat", "long chat", "short", "long", "failed")
    return dict(zip(names, [*chats, *stored], strict=True))


@pytest.fixture
def shown(client: Client, dialogues: dict[str, Dialogue]) -> List:
    """Return a function that returns the names of the dialogues in the list with that query, in its order."""
    names = {dialogue.token: name for name, dialogue in dialogues.items()}

    def read(query: str) -> list[str]:
        page = client.get(f"/studies/demo/dialogues/?{query}").text
        return [names[token] for token in re.findall(r'<th scope="row"><a href="/dialogues/([\w-]+)/', page)]

    return read


FOUND = {
    "": ["failed", "long", "short", "long chat", "chat"],
    "sort=oldest": ["chat", "long chat", "short", "long", "failed"],
    "sort=longest": ["long", "failed", "short", "long chat", "chat"],
    "sort=shortest": ["chat", "long chat", "short", "failed", "long"],
    "kind=natural": ["long chat", "chat"],
    "ending=max_turns": ["long"],
    "inquirer=vicuna": ["failed"],
    "condition=warm": ["chat"],
    "tag=odd": ["short"],
    "flag=excluded": ["short"],
    "flag=replaced": ["failed"],
    "flag=none&kind=simulated": ["long"],
    "least=3": ["failed", "long"],
    "least=2&most=3": ["failed", "short", "long chat"],
    "goal=2&kind=natural": ["long chat"],
    "q=ubungen": ["long"],
    "q=ubungen&kind=natural": [],
    "q=...": [],
    "kind=odd&sort=odd&least=-1&page=x&tag=gone": ["failed", "long", "short", "long chat", "chat"],
}


def test_filters_choose_and_sort(shown: List) -> None:
    assert {query: shown(query) for query in FOUND} == FOUND


def test_a_persona_and_a_run_choose_their_dialogues(shown: List, dialogues: dict[str, Dialogue]) -> None:
    assert shown(f"persona={dialogues['chat'].persona.code.upper()}&kind=natural") == ["long chat", "chat"]
    run = dialogues["long"].simulation.run
    assert shown(f"run={run.token}") == ["long", "short"]


def test_the_list_shows_where_the_words_are_and_that_text_is_only_text(
    client: Client, dialogues: dict[str, Dialogue]
) -> None:
    make_turn(dialogues["short"], 2, utterance="<b>zebra</b>", response="Ja.")
    index_study(dialogues["short"].study)
    page = client.get("/studies/demo/dialogues/", {"q": 'zebra "><i>'}).text
    assert "<b>zebra" not in page
    assert '"><i>' not in page
    page = client.get("/studies/demo/dialogues/", {"q": "zebra"}).text
    assert "&lt;b&gt;<mark>zebra</mark>&lt;/b&gt;" in page
    assert f'href="/dialogues/{dialogues["short"].token}/?q=zebra#turn-3"' in page


def test_a_dialogue_steps_through_the_list_from_which_it_was_opened(
    client: Client, dialogues: dict[str, Dialogue]
) -> None:
    page = client.get(f"/dialogues/{dialogues['short'].token}/?sort=longest&kind=simulated").text
    assert "3 of 3 in the list" in page
    assert f'rel="prev" href="/dialogues/{dialogues["failed"].token}/?kind=simulated&amp;sort=longest"' in page
    assert 'rel="next"' not in page
    page = client.get(f"/dialogues/{dialogues['long chat'].token}/?sort=latest").text
    assert "4 of 5 in the list" in page
    assert f'rel="prev" href="/dialogues/{dialogues["short"].token}/?sort=latest"' in page
    assert f'rel="next" href="/dialogues/{dialogues["chat"].token}/?sort=latest"' in page


def test_stepping_visits_the_whole_list_in_its_order(
    client: Client, dialogues: dict[str, Dialogue], shown: List
) -> None:
    names = {dialogue.token: name for name, dialogue in dialogues.items()}
    for sort in ORDERS:
        way = shown(f"sort={sort}")[:1]
        page = client.get(f"/dialogues/{dialogues[way[0]].token}/?sort={sort}").text
        while after := re.search(r'rel="next" href="/dialogues/([\w-]+)/', page):
            way.append(names[after[1]])
            page = client.get(f"/dialogues/{after[1]}/?sort={sort}").text
        assert way == shown(f"sort={sort}")


def test_a_search_in_a_large_study_lists_and_steps_through_the_first_dialogues(
    client: Client, dialogues: dict[str, Dialogue], shown: List
) -> None:
    study, wanted = dialogues["chat"].study, Wanted(words="calories", sort="longest")
    keys = [dialogues[name].pk for name in shown("q=calories&sort=longest")]
    assert find_first(study, wanted, most=2) == FirstFound(keys[:2], is_cut=True)
    assert find_first(study, wanted, most=len(keys)) == FirstFound(keys, is_cut=False)
    page = client.get(f"/dialogues/{dialogues['failed'].token}/?q=calories&sort=longest").text
    assert f"2 of {len(keys)} in the list" in page
    assert f'rel="prev" href="/dialogues/{dialogues["long"].token}/?q=calories&amp;sort=longest"' in page
    assert f'rel="next" href="/dialogues/{dialogues["short"].token}/?q=calories&amp;sort=longest"' in page


@pytest.mark.parametrize("sort", ORDERS)
def test_in_each_order_and_with_most_filters_the_list_is_read_from_an_index_alone(sort: str) -> None:
    study = make_study()
    filters = {"kind": "simulated", "ending": "max_turns", "goal": "1", "flag": "none"}
    wanted = Wanted(values=filters, persona="P01", least=2, most=9, sort=sort)
    plan = wanted.order.sort(wanted.choose(study)).values_list("pk", flat=True).explain()
    assert "USING COVERING INDEX dialogues_of_study (study_id=? AND kind=?" in plan


def test_a_dialogue_that_has_left_the_list_still_leads_to_its_neighbours(
    client: Client, dialogues: dict[str, Dialogue]
) -> None:
    page = client.get(f"/dialogues/{dialogues['short'].token}/?flag=none").text
    assert f'rel="next" href="/dialogues/{dialogues["long chat"].token}/?flag=none"' in page


def test_another_study_is_not_searched(client: Client, dialogues: dict[str, Dialogue]) -> None:
    other = make_dialogue(make_run(make_study("other")).simulations.all()[0])
    index_study(other.study)
    assert other.token not in client.get("/studies/demo/dialogues/?q=calories").text
    assert other.token in client.get("/studies/other/dialogues/?q=calories").text


def test_who_may_not_view_studies_finds_nothing(dialogues: dict[str, Dialogue]) -> None:
    stranger = Client()
    stranger.force_login(User.objects.create_user("stranger", is_staff=True))
    assert stranger.get("/studies/demo/dialogues/?q=calories").status_code == 403


def change(client: Client, query: str, action: str, value: str, count: int) -> str:
    """Send a form below the list with that query, and return the page that follows."""
    sent = {"action": action, "value": value, "count": count}
    return client.post(f"/studies/demo/dialogues/change/?{query}", sent, follow=True).text


def test_all_dialogues_of_a_list_are_tagged_and_excluded_at_once_with_one_line_in_the_audit_trail(
    client: Client, dialogues: dict[str, Dialogue], shown: List
) -> None:
    AuditLine.objects.all().delete()
    page = client.get("/studies/demo/dialogues/?kind=simulated").text
    assert "Add tag to 3 dialogues" in page
    assert "Tagged 2 dialogues. Tagged already: 1." in change(client, "kind=simulated", "tag", " odd ", 3)
    assert shown("tag=odd") == ["failed", "long", "short"]
    assert "Excluded 2 dialogues. Excluded already: 1." in change(client, "tag=odd", "exclude", "a  test", 3)
    assert [str(one) for one in Exclusion.objects.all()] == ["off topic", "a test", "a test"]
    assert {one.author for one in dialogues["long"].exclusions.all()} == {User.objects.get()}
    assert "Included 3 dialogues again." in change(client, "flag=excluded", "include", "", 3)
    assert "Removed the tag from 3 dialogues. Without the tag: 2." in change(client, "", "untag", "odd", 5)
    assert (shown("flag=excluded"), Tag.objects.count()) == ([], 0)
    assert [str(line) for line in AuditLine.objects.order_by("pk")] == [
        "researcher added a tag to 2 dialogues at once",
        "researcher excluded 2 dialogues at once",
        "researcher restored 3 dialogues at once, which were excluded",
        "researcher removed a tag from 3 dialogues at once",
    ]


@pytest.mark.parametrize(
    ("action", "value", "count", "sentence"),
    [
        ("exclude", "a test", 2, "The list has 3 dialogues now, so nothing was changed."),
        ("exclude", "", 3, "A reason needs some text. Type it, then try again."),
        ("tag", "x" * 51, 3, "A tag may have 50 characters, and this one has 51."),
        ("tag", "new", 3, "because 1 dialogue already reached the limit of 20 tags."),
        ("delete", "", 3, "This page sent an unknown action."),
    ],
)
def test_a_change_of_a_list_is_done_whole_or_refused_in_a_sentence(
    client: Client, dialogues: dict[str, Dialogue], action: str, value: str, count: int, sentence: str
) -> None:
    for number in range(MOST_TAGS):
        add_tag(dialogues["long"], f"tag {number}", None)
    assert sentence in change(client, "kind=simulated", action, value, count)
    assert (Exclusion.objects.count(), Tag.objects.count()) == (1, MOST_TAGS + 1)
    User.objects.get().user_permissions.remove(Permission.objects.get(codename="change_study"))
    assert client.post("/studies/demo/dialogues/change/", {"action": "exclude", "value": "a"}).status_code == 403
