"""Access to the chat's sockets."""

import pytest

from collection.chat.database import in_database
from collection.models import Participant, Recruitment
from collection.participation.goals import begin_goal
from studies.models import Dialogue
from tests.collection.chat.pages import HOST, headers_of, open_socket, path_of
from tests.collection.factories import enrol_participant, make_open_study
from tests.enrolment.people import cookie_of


async def is_let_in(path: str, headers: dict[str, str]) -> bool:
    async with open_socket(path, headers) as (_, is_open):
        return is_open


async def test_a_participant_is_let_in_to_their_own_dialogue(chat: Dialogue) -> None:
    assert await is_let_in(path_of(chat), headers_of(chat))


@pytest.mark.parametrize(
    "origin",
    [
        "https://elsewhere.example",
        "http://127.0.0.1:9999",
        "http://127.0.0.1",
        "null",
        "",
        f"file://{HOST}",
        HOST,
        "http://[",
        "\u00e4",
    ],
)
async def test_pages_of_other_sites_are_refused(chat: Dialogue, origin: str) -> None:
    assert not await is_let_in(path_of(chat), headers_of(chat) | {"origin": origin})


async def test_who_does_not_say_where_they_come_from_is_refused(chat: Dialogue) -> None:
    headers = {name: value for name, value in headers_of(chat).items() if name != "origin"}
    assert not await is_let_in(path_of(chat), headers)


async def test_a_host_that_is_not_this_sites_is_refused(chat: Dialogue) -> None:
    headers = headers_of(chat) | {"host": "rebound.example", "origin": "http://rebound.example"}
    assert not await is_let_in(path_of(chat), headers)


@pytest.mark.parametrize("cookie", ["", "participant=", "participant=forged", "participant=a:b:c", "session=1"])
async def test_who_has_no_cookie_of_this_site_is_refused(chat: Dialogue, cookie: str) -> None:
    assert not await is_let_in(path_of(chat), headers_of(chat) | {"cookie": cookie})


async def test_another_persons_dialogue_is_refused(chat: Dialogue) -> None:
    other = await in_database(enrol_participant, chat.study)
    cookie = {"cookie": await in_database(cookie_of, other)}
    assert not await is_let_in(path_of(chat), headers_of(chat) | cookie)


async def test_a_cookie_of_another_study_is_refused(chat: Dialogue) -> None:
    def other_cookie() -> str:
        return cookie_of(enrol_participant(make_open_study("other", chatbot="bot")))

    assert not await is_let_in(path_of(chat), headers_of(chat) | {"cookie": await in_database(other_cookie)})


async def test_an_external_id_alone_opens_nobody_elses_dialogue(chat: Dialogue) -> None:
    """A browser that has only the ID takes part as another person, with separate dialogues."""

    def same_name() -> tuple[str, Dialogue]:
        Participant.objects.update(external_id="5f3a")
        other = enrol_participant(chat.study, external_id="5f3a")
        dialogue = begin_goal(other)
        assert dialogue is not None
        return cookie_of(other), dialogue

    cookie, own = await in_database(same_name)
    assert not await is_let_in(path_of(chat), headers_of(chat) | {"cookie": cookie})
    assert await is_let_in(path_of(own), headers_of(chat) | {"cookie": cookie})


@pytest.mark.parametrize(
    "path",
    ["/s/demo/socket/unknown/", "/s/unknown/socket/unknown/", "/s/demo/", "/", "/admin/", "/s/demo/socket/\x00/"],
)
async def test_an_address_without_a_dialogue_is_refused(chat: Dialogue, path: str) -> None:
    assert not await is_let_in(path, headers_of(chat))


async def test_a_closed_study_can_still_be_read(chat: Dialogue) -> None:
    await in_database(Recruitment.objects.update, is_open=False)
    assert await is_let_in(path_of(chat), headers_of(chat))
