"""Dialogues beside each other, and the way from a natural dialogue to its simulations and back."""

import pytest
from django.test import Client

from simulation.models import Run
from studies.annotations import exclude_dialogue
from studies.models import Dialogue, Study
from tests.collection.factories import FEATURES, make_natural_dialogue, make_open_study, make_participant
from tests.factories import make_dialogue, make_run, make_staff, make_study, make_turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def make_natural_and_simulated() -> tuple[Dialogue, Dialogue]:
    """Store a natural dialogue and the simulation of the same persona and goal."""
    study = make_open_study(goal_count=1)
    participant = make_participant(study, external_id="person-1", state="finished", answers=FEATURES)
    natural = make_natural_dialogue(participant)
    run = make_run(study, state=Run.State.FINISHED)
    return natural, make_dialogue(run.simulations.get(persona=natural.persona))


def beside(client: Client, *dialogues: Dialogue, slug: str = "demo") -> str:
    asked = "&".join(f"dialogue={one.token}" for one in dialogues)
    return " ".join(client.get(f"/studies/{slug}/side-by-side/?{asked}").text.split())


def test_a_natural_dialogue_leads_to_its_simulation_and_back(client: Client) -> None:
    natural, simulated = make_natural_and_simulated()
    both = f"/studies/demo/side-by-side/?dialogue={natural.token}&amp;dialogue={simulated.token}"
    for one, other in ((natural, simulated), (simulated, natural)):
        page = client.get(f"/dialogues/{one.token}/").text
        assert "1 other dialogue)" in page
        assert f'href="/dialogues/{other.token}/"' in page
        assert both in page


def test_a_persons_dialogue_is_shown_beside_one_of_each_model(client: Client) -> None:
    natural, excluded = make_natural_and_simulated()
    places = {"persona": natural.persona, "goal": natural.goal}
    runs = [excluded.simulation.run, make_run(natural.study, identity="other", inquirer="vicuna", seeds=(1, 2, 3))]
    first, _, _ = (make_dialogue(cell) for cell in runs[1].simulations.filter(**places).order_by("seed"))
    other = make_dialogue(runs[0].simulations.create(seed=9, **places))
    exclude_dialogue(excluded, "a test", None)
    page = client.get(f"/dialogues/{natural.token}/").text
    tokens = (natural.token, first.token, other.token)
    together = "&amp;".join(f"dialogue={token}" for token in tokens)
    assert f'href="/studies/demo/side-by-side/?{together}">Show one dialogue of each model' in page


def test_dialogues_of_other_personas_and_replaced_tries_are_no_counterparts(client: Client) -> None:
    run = make_run(make_study(goal_count=1, persona_count=2), state=Run.State.FINISHED)
    first, second = run.simulations.order_by("pk")
    dialogue, _ = make_dialogue(first), make_dialogue(second)
    replaced = make_dialogue(first)
    assert "Same persona and goal" not in client.get(f"/dialogues/{replaced.token}/").text
    assert "Same persona and goal" in client.get(f"/dialogues/{dialogue.token}/").text


def test_the_turns_are_side_by_side_with_the_point_where_they_diverge(client: Client) -> None:
    runs = [make_run(make_study(goal_count=1, persona_count=1), identity="one")]
    runs.append(make_run(Study.objects.get(), identity="two"))
    one, other = (make_dialogue(run.simulations.get(), turns=0) for run in runs)
    for dialogue, second in ((one, "And <b>then</b>?"), (other, "And now?")):
        make_turn(dialogue, 0, utterance="Hello?", response="Hi.")
        make_turn(dialogue, 1, utterance=second, response="Well.")
    page = beside(client, one, other)
    assert "They diverge at turn 2." in page
    assert page.count("Hello?") == 2
    assert page.index("Hello?") < page.index("&lt;b&gt;") < page.index("And now?")
    make_turn(one, 2, utterance="More?")
    assert "They diverge at turn 2." in beside(client, one, other)


def test_equal_dialogues_are_called_equal_until_one_continues(client: Client) -> None:
    one = make_dialogue(make_run(make_study(goal_count=1, persona_count=1), identity="one").simulations.get())
    same = make_dialogue(make_run(Study.objects.get(), identity="two").simulations.get())
    assert "They say the same, word for word." in beside(client, one, same)
    make_turn(same, 2, utterance="More?")
    assert "They diverge at turn 3." in beside(client, one, same)
    assert "They diverge" not in beside(client, one)


def test_dialogues_of_another_study_are_not_shown(client: Client) -> None:
    dialogue = make_dialogue()
    make_study("other")
    assert "None of these dialogues exists in this study." in beside(client, dialogue, slug="other")


def test_odd_tokens_are_ignored(client: Client) -> None:
    make_study()
    assert client.get("/studies/demo/side-by-side/?dialogue=%00&dialogue=%F0%9F%98%80&page=-1").status_code == 200
    assert client.get("/studies/demo/compare/?run=%00&goal=%00&page=x&differ=maybe").status_code == 200
    assert client.get("/studies/demo/compare/figures/?run=%00&done=-1").status_code == 404
