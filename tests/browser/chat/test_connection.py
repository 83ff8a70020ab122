"""Bad connections and dying servers: no text is lost, nothing is stored twice, and the page reconnects automatically."""

import pytest
from playwright.sync_api import ViewportSize, WebSocketRoute, expect

from tests.browser.chat.site import Site
from tests.browser.chat.way import ON_A_PHONE, Chat, ask, box, running, say, stored
from tests.browser.complaints import OFFLINE, Complaints
from tests.services.binaries import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.waits]
LOST = "Connection lost. Reconnecting"
LEASE = 60_000
"""Milliseconds until a dead server's reply counts as interrupted, and the page has come back and heard of it."""


def tries(site: Site, utterance: str) -> list[tuple[str, str]]:
    """Return the state and the stored text of every try at a reply to the utterance, in their order."""
    columns = "collection_generation.state, text"
    table = "collection_generation JOIN collection_turn ON turn_id = collection_turn.id"
    return site.installation.query(f"SELECT {columns} FROM {table} WHERE utterance = '{utterance}' ORDER BY attempt")  # noqa: S608


def test_a_message_that_is_sent_offline_arrives_once_when_the_connection_is_back(
    chat: Chat, site: Site, complaints: Complaints
) -> None:
    complaints.expect(OFFLINE)
    page = chat("quick")
    ask(page, "What is a bear?")
    page.context.set_offline(True)
    expect(page.get_by_text(LOST)).to_be_visible()
    say(page, "And what is a bee, offline?")
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    expect(box(page)).to_have_value("")
    page.context.set_offline(False)
    expect(page.get_by_text(LOST)).to_be_hidden()
    expect(stored(page).last).to_contain_text("A bee is a small animal that makes it.")
    expect(page.get_by_text("And what is a bee, offline?")).to_have_count(1)
    assert site.installation.count("collection_turn WHERE utterance LIKE '%a bee, offline%'") == 1


@ON_A_PHONE
def test_a_reply_goes_on_while_its_reader_is_offline(chat: Chat, complaints: Complaints) -> None:
    complaints.expect(OFFLINE)
    page = chat("slow")
    say(page, "Count, please.")
    expect(running(page)).to_contain_text("One two three")
    page.context.set_offline(True)
    expect(page.get_by_text(LOST)).to_be_visible()
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    expect(stored(page)).to_contain_text("nineteen twenty, and done.")
    expect(stored(page)).to_have_count(1)


def test_a_message_that_was_not_sent_survives_a_reload_and_another_tab(chat: Chat) -> None:
    page = chat("quick")
    other = page.context.new_page()
    other.goto(page.url)
    page.route_web_socket("**/socket/**", lambda socket: socket.close())
    page.reload()
    say(page, "Hold on to this.")
    box(other).fill("something else")
    page.reload()
    expect(page.get_by_text("Hold on to this.")).to_be_visible()
    page.close()
    other.reload()
    expect(stored(other)).to_contain_text("A bear is a large animal")
    expect(other.get_by_text("Hold on to this.")).to_have_count(1)


def test_a_draft_lost_by_a_dying_connection_stays_in_the_box(chat: Chat) -> None:
    page = chat("quick")
    servers, routes = [], []

    def pass_on(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        servers.append(server)
        routes.append(route)
        is_dying = len(servers) == 1
        route.on_message(lambda message: None if is_dying and "draft" in str(message) else server.send(message))

    page.route_web_socket("**/socket/**", pass_on)
    page.reload()
    while not servers:
        page.wait_for_timeout(100)  # until the page is connected
    page.wait_for_timeout(1000)
    box(page).press_sequentially("Do not lose this.")
    page.wait_for_timeout(4000)  # sent into nowhere, and long enough ago for another page's draft to take its place
    routes[0].close()
    servers[0].close()
    while len(servers) == 1:
        page.wait_for_timeout(100)  # until the page comes back
    page.wait_for_timeout(2000)  # and hears which draft the server has
    expect(box(page)).to_have_value("Do not lose this.")


@ON_A_PHONE
def test_a_killed_server_costs_one_retry(chat: Chat, site: Site, complaints: Complaints, size: ViewportSize) -> None:
    complaints.expect("net::ERR_CONNECTION_(REFUSED|RESET)|^WebSocket connection .* failed")
    utterance = f"Count until the server is killed at {size['width']}."  # both sizes may run at one site
    page = chat("slow")
    say(page, utterance)
    expect(running(page)).to_contain_text("One two three")
    wait_until(lambda: "three" in tries(site, utterance)[0][1], what="the reply in progress is not stored")
    with site.down():
        expect(page.get_by_text(LOST)).to_be_visible()
        box(page).press_sequentially("meanwhile")
    expect(page.get_by_text(LOST)).to_be_hidden(timeout=LEASE)
    expect(page.get_by_role("button", name="Retry")).to_be_visible(timeout=LEASE)
    expect(stored(page)).to_contain_text("One two three")
    page.get_by_role("button", name="Retry").click()
    expect(stored(page)).to_contain_text("nineteen twenty, and done.")
    expect(box(page)).to_have_value("meanwhile")
    assert [state for state, _ in tries(site, utterance)] == ["interrupted", "complete"]


def test_a_page_whose_dialogue_is_gone_does_not_reconnect_for_ever(
    chat: Chat, site: Site, complaints: Complaints
) -> None:
    complaints.expect("^WebSocket connection .* code: 403")
    page = chat("quick")
    page.context.clear_cookies()
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(page.get_by_role("button", name="I agree")).to_be_visible()


def test_a_study_that_is_closed_says_so_to_those_who_chat(chat: Chat, site: Site, complaints: Complaints) -> None:
    complaints.expect("status of 403 .*/s/closing/chat/$")
    page, typing = (chat("closing") for _ in range(2))
    box(typing).fill("What I have typed")
    site.installation.evaluate(
        "from studies.models import Study; from collection.research.opening import close_study; "
        "close_study(Study.objects.get(slug='closing'))"
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("The study is closed at the moment")
    expect(typing.get_by_text("Copy what you need")).to_be_visible()
    expect(box(typing)).to_have_value("What I have typed")
    typing.get_by_role("link", name="continue").click()
    expect(typing.get_by_role("heading", level=1)).to_have_text("The study is closed at the moment")
