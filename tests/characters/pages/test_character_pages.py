"""The pages of characters: the list, one character, and the forms."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import strip_tags

from characters.models import Character, Description
from characters.profiles import language_of, pairs_of
from characters.uploads import MOST_MEGABYTES
from rolellm.pairs import Demonstrations
from tests.factories import make_character, make_staff
from tests.rolellm.references import PLAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def text_of(response) -> str:
    """Return the text of a page, with single spaces."""
    return " ".join(strip_tags(response.text.replace("<", " <")).split())


def send_script(client, content=None, filename="coriolanus.txt", **fields):
    file = SimpleUploadedFile(filename, content or PLAY.read_bytes())
    values = {"name": "Coriolanus", "aliases": "MARCIUS", "file": file}
    return client.post("/import-character/", values | fields)


def test_the_list_says_of_each_character_what_it_has(client) -> None:
    make_character(audit=Character.Audit.ACCEPTED, script="The play")
    make_character("Nobody", rounds=0, description="", catchphrases=[])
    said = text_of(client.get("/characters/"))
    assert "Coriolanus The play English 20 few 19 yes audit accepted" in said
    assert "Nobody – English – – no not audited" in said


def test_an_empty_list_says_how_to_begin(client) -> None:
    assert "No characters yet." in text_of(client.get("/characters/"))


def test_an_uploaded_script_becomes_a_character_that_its_page_shows(client) -> None:
    response = send_script(client, title="Coriolanus")
    character = Character.objects.get()
    assert (response.status_code, response.url) == (302, f"/characters/{character.token}/")
    assert (character.turns.count(), str(character.created_by)) == (753, "researcher")
    said = text_of(client.get(response.url))
    assert "not audited" in said
    assert "189 rounds 753 rows 17,954 words 33 segments 176 pairs" in said
    assert "MENENIUS (" in said
    assert "1 to 20 of 189" in said
    assert "fewer than 25 rounds" not in said


def test_the_second_page_shows_the_next_rounds(client) -> None:
    character = make_character(rounds=25)
    said = text_of(client.get(f"/characters/{character.token}/?page=2"))
    assert "Round 21 " in said
    assert "Round 20 " not in said
    assert "21 to 25 of 25" in said


def test_the_retrieval_shows_the_pairs_of_the_elicitations_with_their_scores(client) -> None:
    character = make_character()
    question = "What do you think of the people?"
    said = text_of(client.get(f"/characters/{character.token}/", {"question": question}))
    best = Demonstrations(pairs_of(character), language_of(character)).best(question)
    assert len(best) == 5
    for one in best:
        assert f"{one.score:.3f} {one.pair.diag_id + 1} " in said


def test_speakers_come_by_their_number_of_turns_in_whatever_order_the_database_keeps_them(client) -> None:
    character = make_character()
    Character.objects.update(unmatched_speakers={"ALL": 3, "VOLUMNIA": 40, "BRUTUS": 12})
    said = text_of(client.get(f"/characters/{character.token}/"))
    assert "VOLUMNIA (40), BRUTUS (12), ALL (3)." in said


def test_a_short_role_is_stored_with_a_warning(client) -> None:
    response = send_script(client, name="Valeria", aliases="")
    assert "fewer than 25 rounds" in text_of(client.get(response.url))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "Hamlet", "aliases": ""}, "No speaker of the script is called &#x27;Hamlet&#x27;"),
        ({"aliases": "Marcius\nMARCIUS"}, "matches two aliases"),
        ({"content": b"\xff\xfe\xff"}, "is not UTF-8 text"),
        ({"name": ""}, "Type the name of the role"),
        ({"content": b"x" * (MOST_MEGABYTES * 1_000_000 + 1)}, "python manage.py characters import FILE --name NAME"),
        ({"content": b"[]", "filename": "desc.json"}, "has no descriptions by role"),
    ],
)
def test_a_file_that_cannot_be_stored_is_refused_in_one_sentence_and_nothing_is_stored(
    client, fields, sentence
) -> None:
    response = send_script(client, **fields)
    assert response.status_code == 422
    assert sentence in response.text
    assert not Character.objects.exists()


def test_published_descriptions_can_be_uploaded(client) -> None:
    content = '{"Jack": "You are a pirate. Your catchphrase is: \\"Savvy?\\"", "李白": "为人爽朗大方。"}'.encode()
    response = client.post("/import-character/", {"file": SimpleUploadedFile("desc.json", content)}, follow=True)
    assert "2 descriptions have been saved." in text_of(response)
    assert Character.objects.get(name="Jack").catchphrases == ["Savvy?"]


def test_a_chinese_script_is_counted_shown_and_searched_by_characters(client) -> None:
    first = "唐僧：悟空，前面是什么山？\n孙悟空：师父，那是花果山，俺老孙的家。\n"
    script = f"{first}\n八戒：猴哥，饿了。\n孙悟空：呆子，就知道吃！\n"
    response = send_script(client, script.encode(), "西游记.txt", name="孙悟空", aliases="", title="西游记")
    said = text_of(client.get(response.url, {"question": "花果山在哪里？"}))
    assert "孙悟空 not audited" in said
    assert "西游记 Chinese 2 rounds 4 rows 39 characters" in said
    retrieved = said[said.index("Score") :]
    assert retrieved.index("俺老孙的家") < retrieved.index("呆子")
    assert "八戒 (1)" in said


def test_the_form_to_read_a_script_again_knows_the_character_and_keeps_who_it_is(client) -> None:
    character = make_character()
    form = client.get(f"/import-character/?character={character.token}")
    assert 'value="Coriolanus"' in form.text
    assert "MARCIUS</textarea>" in form.text
    assert send_script(client).status_code == 422
    assert send_script(client, replace="on").status_code == 302
    found = Character.objects.get()
    assert (found.counts["rounds"], found.description) == (189, character.description)


WRITTEN = {
    "name": "孙悟空",
    "language": "zh",
    "script": "西游记",
    "description": "你生性聪明。\r\n\r\n你很勇敢。",
    "catchphrases": "俺老孙\n我美猴王",
    "aliases": "悟空",
}


def test_a_character_written_by_hand_is_stored_as_typed(client) -> None:
    response = client.post("/new-character/", WRITTEN)
    character = Character.objects.get()
    assert response.url == f"/characters/{character.token}/"
    assert character.description == "你生性聪明。\n\n你很勇敢。"
    assert (character.catchphrases, character.aliases) == (["俺老孙", "我美猴王"], ["悟空"])
    assert "has no profile" in text_of(client.get(response.url))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "Coriolanus"}, "is already stored"),
        ({"name": "a\tb"}, "control character"),
        ({"aliases": "Marcius\nMARCIUS"}, "matches two aliases"),
        ({"language": "fr"}, "Select a valid choice"),
    ],
)
def test_a_mistake_in_the_form_keeps_what_was_typed_and_stores_nothing(client, change, sentence) -> None:
    make_character()
    response = client.post("/new-character/", WRITTEN | change)
    assert response.status_code == 422
    assert sentence in response.text
    assert "你很勇敢。" in response.text
    assert Character.objects.count() == 1


def test_an_unchanged_form_changes_nothing_and_the_language_of_a_profile_stays(client) -> None:
    character = make_character()
    address = f"/characters/{character.token}/change/"
    form = client.get(address).context["form"]
    unchanged = {name: form[name].value() or "" for name in form.fields if name != "is_machine"}
    unchanged |= {"aliases": "MARCIUS", "catchphrases": "\n".join(character.catchphrases)}
    client.post(address, unchanged | {"language": "zh"})
    found = Character.objects.get()
    for field in ("name", "language", "description", "catchphrases", "aliases", "described_by", "audit"):
        assert getattr(found, field) == getattr(character, field)


def test_a_character_is_deleted_with_what_only_belongs_to_it(client) -> None:
    character, other = make_character(), make_character("Menenius")
    job = character.descriptions.create(model="answerer")
    job.steps.create(position=0, step="audit")
    page = " ".join(client.get(f"/characters/{character.token}/change/").text.split())
    rows = character.turns.count()
    assert f"deletes its profile ({rows} rows), 1 description by models and 0 triplets." in page
    assert client.get(f"/characters/{character.token}/delete/").status_code == 405
    response = client.post(f"/characters/{character.token}/delete/", follow=True)
    assert "Coriolanus has been deleted." in text_of(response)
    assert list(Character.objects.all()) == [other]
    assert not Description.objects.exists()


def test_a_character_on_which_a_model_works_is_not_deleted(client) -> None:
    character = make_character()
    character.descriptions.create(model="answerer", state=Description.State.RUNNING)
    response = client.post(f"/characters/{character.token}/delete/", follow=True)
    assert "A model is working on Coriolanus." in text_of(response)
    assert Character.objects.exists()


def test_who_may_only_read_cannot_store_a_character(client) -> None:
    character = make_character()
    reader = Client()
    user = make_staff("reader")
    user.user_permissions.remove(user.user_permissions.get(codename="change_study"))
    reader.force_login(user)
    assert send_script(reader).status_code == 403
    assert reader.post(f"/characters/{character.token}/change/", WRITTEN).status_code == 403
    assert reader.get(f"/characters/{character.token}/").status_code == 200
