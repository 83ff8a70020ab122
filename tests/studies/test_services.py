"""Changes to a study and its dialogues, and the database's constraints."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from collection.models import Outcome, Recruitment
from collection.settings_of_studies import load_demo_study
from dialogue.backends.base import ChatModel, Reply
from dialogue.backends.scripted import ScriptedModel
from dialogue.outputs import CheckedOutput
from dialogue.outputs import Output as ModelOutput
from dialogue.roleplay import Ended, Exchange
from studies import services
from studies.models import Dialogue, Goal, Output, Persona, Study, Turn, new_token
from tests.dialogue.references import read_reference
from tests.factories import make_dialogue, make_study

pytestmark = pytest.mark.django_db

ASKED = ModelOutput(
    "inquirer",
    turn=0,
    attempt=1,
    reply=Reply('Say "Why?" or "how?" [INST]', "length", 180, 24, 0.25, 1.5),
    checked=CheckedOutput("said", "Why?", 2, is_self_reply=True),
    left_out=3,
)
REJECTED = ModelOutput("inquirer", 0, 0, Reply("no quotes", "stop", 180, 2, 0.25, 0.5), CheckedOutput("no_prompt"))
ANSWERED = ModelOutput(
    "responder", 0, 0, Reply(" Because. ", "stop", 9, 2, 0.1, 0.2), CheckedOutput("said", "Because.")
)
EXCHANGE = Exchange(0, "Why?", "Because it is.", (REJECTED, ASKED, ANSWERED))


class Secretive(ScriptedModel):
    """A model that cannot count tokens."""

    def count_tokens(self, text: str) -> Any:
        return None


@pytest.fixture
def dialogue() -> Dialogue:
    return make_dialogue(turns=0, ending="")


def test_the_demo_study_is_the_papers() -> None:
    study = load_demo_study("tiny")
    goals = read_reference("goals")["goals"]
    assert list(study.goals.values_list("number", "domain", "text")) == [
        (goal["number"], goal["domain"], goal["text"]) for goal in goals
    ]
    assert study.personas.filter(source=Persona.Source.LISTED).count() == study.personas.count() == 20
    form = read_reference("questionnaire")["features"]
    assert [(entry["key"], entry["options"]) for entry in study.questionnaire] == [
        (entry["key"], entry["options"]) for entry in form
    ]
    assert (study.slug, study.chatbot, study.frozen_at) == ("demo", "tiny", None)


def test_the_demo_study_has_an_outcome_of_every_kind_and_is_not_open_before_its_chatbot_answers() -> None:
    study = load_demo_study("tiny")
    assert not study.recruitment.is_open, "its chatbot has not answered yet"
    assert set(study.outcomes.values_list("kind", flat=True)) == set(Outcome.Kind.values)


def test_loading_the_demo_study_again_changes_nothing() -> None:
    load_demo_study("tiny")
    tables = (Study, Goal, Persona, Recruitment, Outcome)
    before = [list(table._default_manager.values()) for table in tables]
    load_demo_study("other")
    assert [list(table._default_manager.values()) for table in tables] == before


def test_loading_the_demo_study_keeps_what_a_researcher_changed_and_adds_what_is_missing() -> None:
    study = load_demo_study("tiny")
    study.goals.filter(number=1).update(text="Another goal.")
    study.personas.filter(code="P20").delete()
    Recruitment.objects.update(is_open=False)
    study.outcomes.filter(kind="completed").update(code="OURS")
    load_demo_study("tiny")
    assert not Recruitment.objects.get().is_open
    assert study.outcomes.get(kind="completed").code == "OURS"
    assert study.goals.get(number=1).text == "Another goal."
    assert study.personas.filter(code="P20").exists()


@pytest.mark.usefixtures("scripted_models")
def test_the_command_loads_the_demo_study_and_says_so() -> None:
    out = StringIO()
    call_command("load_demo", stdout=out)
    call_command("load_demo", stdout=out)
    assert "10 goals, 20 personas" in out.getvalue()
    assert Study.objects.count() == 1


def test_a_study_is_frozen_once_and_for_all() -> None:
    study = make_study()
    services.freeze_study(study)
    frozen = Study.objects.get().frozen_at
    assert frozen is not None
    services.freeze_study(study)
    assert Study.objects.get().frozen_at == frozen


def test_a_copy_has_the_studys_texts_goals_and_listed_personas_and_can_be_changed() -> None:
    study = make_study()
    Persona.objects.create(study=study, code="T1", source=Persona.Source.PARTICIPANT, features={"age": "18 to 24"})
    services.freeze_study(study)
    copy = services.copy_study(study)
    assert (copy.slug, copy.title, copy.frozen_at) == ("demo-copy", f"{study.title} (copy)", None)
    for field in ("description", "chatbot", "questionnaire"):
        assert getattr(copy, field) == getattr(study, field)
    goals = [list(one.goals.values_list("number", "domain", "text")) for one in (copy, study)]
    assert goals[0] == goals[1] != []
    assert list(copy.personas.values_list("code", flat=True)) == ["P01", "P02"]
    assert study.personas.count() == 3


def test_copies_of_copies_have_short_names_of_their_own() -> None:
    first = services.copy_study(make_study("s" * 50))
    slugs = [first.slug, services.copy_study(first).slug, services.copy_study(first).slug]
    assert slugs == [f"{'s' * 40}-copy", f"{'s' * 40}-copy-2", f"{'s' * 40}-copy-3"]


def test_a_turn_is_stored_with_the_responders_token_counts(dialogue: Dialogue) -> None:
    services.save_exchange(dialogue, EXCHANGE, ScriptedModel([]))
    turn = dialogue.turns.get()
    assert (turn.position, turn.utterance, turn.response) == (0, "Why?", "Because it is.")
    assert (turn.utterance_tokens, turn.response_tokens) == (1, 3)


def test_tokens_that_cannot_be_counted_stay_unknown(dialogue: Dialogue) -> None:
    counter: ChatModel = Secretive([])
    services.save_exchange(dialogue, EXCHANGE, counter)
    turn = dialogue.turns.get()
    assert (turn.utterance_tokens, turn.response_tokens) == (None, None)


def test_what_a_provider_does_not_count_or_is_not_sent_is_stored_as_such(dialogue: Dialogue) -> None:
    reply = Reply('"Why?"', "stop", None, None, 0.1, 0.2, unsent=("seed", "top_k"))
    services.save_outputs(dialogue, [ModelOutput("inquirer", 0, 0, reply, CheckedOutput("said", "Why?", 1))])
    output = dialogue.outputs.get()
    assert (output.prompt_tokens, output.completion_tokens, output.unsent) == (None, None, "seed top_k")


def test_every_output_is_stored_with_all_that_is_known_of_it(dialogue: Dialogue) -> None:
    services.save_exchange(dialogue, EXCHANGE, ScriptedModel([]))
    rejected, asked, answered = dialogue.outputs.all()
    assert (rejected.attempt, rejected.status, rejected.raw, rejected.text) == (0, "no_prompt", "no quotes", "")
    assert (asked.position, asked.speaker, asked.attempt, asked.status) == (0, "inquirer", 1, "said")
    assert (asked.raw, asked.text) == ('Say "Why?" or "how?" [INST]', "Why?")
    assert (asked.prompts_found, asked.is_self_reply, asked.left_out) == (2, True, 3)
    assert (asked.prompt_tokens, asked.completion_tokens) == (180, 24)
    assert (asked.first_token_seconds, asked.seconds, asked.stop_reason) == (0.25, 1.5, "length")
    assert (answered.speaker, answered.raw, answered.text) == ("responder", " Because. ", "Because.")


def test_a_nul_character_that_a_model_put_out_is_kept_visible_where_postgresql_would_refuse_it(
    dialogue: Dialogue,
) -> None:
    odd = ModelOutput("inquirer", 0, 0, Reply('"a\x00b"', "stop", 1, 1, 0.1, 0.2), CheckedOutput("said", "a\x00b", 1))
    services.save_exchange(dialogue, Exchange(0, "a\x00b", "c", (odd,)), ScriptedModel([]))
    assert (dialogue.turns.get().utterance, dialogue.outputs.get().raw) == ("a\ufffdb", '"a\ufffdb"')


def test_an_ending_is_stored_with_what_the_final_step_put_out(dialogue: Dialogue) -> None:
    now = timezone.now()
    services.save_exchange(dialogue, EXCHANGE, ScriptedModel([]))
    Output.objects.all().delete()
    services.end_dialogue(dialogue, Ended("no_prompt", (REJECTED,)), now)
    dialogue.refresh_from_db()
    assert dialogue.search_text.words.split() == ["why", "¶", "because", "it", "is", "¶"]
    assert (dialogue.ending, dialogue.ended_at) == ("no_prompt", now)
    assert [output.raw for output in dialogue.outputs.all()] == ["no quotes"]


def test_a_position_is_taken_once(dialogue: Dialogue) -> None:
    services.save_exchange(dialogue, EXCHANGE, ScriptedModel([]))
    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.create(dialogue=dialogue, position=0, utterance="Why?")
    with pytest.raises(IntegrityError), transaction.atomic():
        services.save_outputs(dialogue, [ASKED])
    assert (Turn.objects.count(), Output.objects.count()) == (1, 3)


@pytest.mark.parametrize("fields", [{"ending": "bored", "ended_at": timezone.now()}, {"ending": "goal_reached"}])
def test_an_unknown_ending_and_one_without_a_time_are_refused(dialogue: Dialogue, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Dialogue.objects.filter(pk=dialogue.pk).update(**fields)


def test_goal_numbers_and_persona_codes_are_taken_once_in_a_study() -> None:
    study = make_study()
    with pytest.raises(IntegrityError), transaction.atomic():
        Goal.objects.create(study=study, number=1, domain="Math", text="Again.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Persona.objects.create(study=study, code="P01", source=Persona.Source.LISTED, features={})
    make_study("other")
    assert Goal.objects.filter(number=1).count() == 2


def test_tokens_do_not_repeat_and_suit_an_address() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(20 <= len(token) <= 32 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)
    assert not any(token.startswith("-") for token in tokens)
