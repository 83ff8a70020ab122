"""Models describe characters; their answers are stored as they come."""

from datetime import timedelta

import pytest

from characters.describing.descriptions import DESCRIPTIONS, request_description, use_description
from characters.models import Character, Description, DescriptionStep
from characters.profiles import as_elicited
from characters.refusals import CharacterRefused
from dialogue.backends.base import BackendError, ContentRefused
from tests.characters.describing.scripts import KNOWN, PHRASES, SECOND, THIRD, Knowing, described, work_off
from tests.factories import make_character
from tests.installation import MODELS_FILE

pytestmark = pytest.mark.django_db
PROUD = "You are a proud Roman general."


def nobody(**fields) -> Character:
    return make_character(rounds=0, **{"description": "", "catchphrases": [], "described_by": ""} | fields)


def step_of(job: Description, step: str) -> DescriptionStep:
    return job.steps.get(step=step)


def test_a_model_answers_five_questions_and_writes_description_and_catchphrases() -> None:
    job = described(nobody())
    character = Character.objects.get()
    assert job.state == Description.State.FINISHED
    assert [step.step for step in job.steps.all()] == ["audit"] * 5 + ["third_person", "catchphrases", "second_person"]
    assert (character.description, character.catchphrases) == (PROUD, ["You common cry of curs!", "Alone I did it."])
    assert (character.described_by, character.audit) == ("answerer", "none")
    assert as_elicited(character).description == f"{PROUD} Your catchphrases are: {PHRASES}"


def test_every_output_is_stored_whole_with_its_tokens_and_the_cost_of_the_job() -> None:
    job = described(nobody())
    assert (step_of(job, "third_person").raw, step_of(job, "second_person").text) == (THIRD, SECOND)
    assert all(step.completion_tokens == len(step.raw.split()) for step in job.steps.all())
    assert job.configuration["model"]["sampling"]["temperature"] == 0.7


def test_the_second_person_is_asked_of_the_description_without_its_opening() -> None:
    model = Knowing()
    described(nobody(), model)
    asked = [request.messages for request in model.requests if request.messages[0].role == "system"]
    assert [messages[-1].content for messages in asked] == ["Coriolanus", "The character is a proud Roman general."]


def test_the_title_of_the_script_stands_in_the_questions_and_chinese_is_asked_in_chinese() -> None:
    job = request_description(nobody(script="The Tragedy"), "answerer", MODELS_FILE)
    assert job.steps.get(position=0).question.startswith('Who is Coriolanus in "The Tragedy"?')
    monkey = Character.objects.create(name="孙悟空", language="zh", script="西游记")
    questions = [step.question for step in request_description(monkey, "answerer", MODELS_FILE).steps.all()]
    assert questions[0].startswith("《西游记》中的孙悟空是谁？")
    assert questions[-1] == "《西游记》中孙悟空的口头禅是什么？"


def test_a_description_that_a_person_wrote_stays_until_they_choose_the_models() -> None:
    job = described(make_character(rounds=0, audit=Character.Audit.ACCEPTED))
    character = Character.objects.get()
    assert (character.description, character.audit) == ("You are a Roman general who despises the crowd.", "accepted")
    use_description(job)
    character.refresh_from_db()
    assert (character.description, character.described_by, character.audit) == (PROUD, "answerer", "none")


def test_an_unfinished_description_cannot_be_used() -> None:
    job = request_description(make_character(rounds=0), "answerer", MODELS_FILE)
    with pytest.raises(CharacterRefused, match="is not finished"):
        use_description(job)


def test_an_empty_answer_is_asked_again_and_kept_with_its_reason() -> None:
    model = Knowing(KNOWN | {"Coriolanus": ["The character's description is:", THIRD]})
    job = described(nobody(), model)
    step = step_of(job, "third_person")
    assert step.rejected == [{"raw": "The character's description is:", "reason": "The answer is empty."}]
    assert step.raw == THIRD
    seeds = [request.sampling.seed for request in model.requests if request.messages[-1].content == "Coriolanus"]
    assert len(set(seeds)) == 2


def test_three_empty_answers_stop_the_job_and_it_can_be_resumed() -> None:
    character = nobody()
    job = described(character, Knowing(KNOWN | {"Coriolanus": [" ", " ", " "]}))
    assert job.has_failed
    assert "gave an empty answer 3 times" in job.message
    assert Character.objects.get().description == ""
    answered = set(job.steps.exclude(finished_at=None).values_list("pk", "finished_at"))
    assert request_description(character, "answerer", MODELS_FILE) == job
    assert work_off(job).state == Description.State.FINISHED
    assert answered <= set(job.steps.values_list("pk", "finished_at"))
    assert Character.objects.get().description == PROUD


def test_a_server_that_fails_once_costs_no_answer() -> None:
    class Failing(Knowing):
        def _find(self, messages, role):
            if self.known.pop("failure", None):
                raise BackendError("Busy.")
            return super()._find(messages, role)

    job = request_description(nobody(), "answerer", MODELS_FILE)
    model = Failing({"failure": "x"} | KNOWN)
    work_off(job, model, longest_pause=timedelta(seconds=0))
    assert job.state == Description.State.FINISHED


def test_what_a_provider_refuses_stops_the_job_at_once() -> None:
    class Refusing(Knowing):
        def _find(self, messages, role):
            raise ContentRefused("The provider refuses this content.")

    job = described(nobody(), Refusing())
    assert (job.has_failed, job.message) == (True, "The provider refuses this content.")
    assert not job.steps.exclude(failures=0).exists()


def test_a_finished_description_is_not_asked_again_but_a_new_one_has_other_seeds() -> None:
    character = nobody()
    first, second = Knowing(), Knowing()
    job = described(character, first)
    assert described(character, second) != job
    seeds = [{request.sampling.seed for request in model.requests} for model in (first, second)]
    assert not seeds[0] & seeds[1]


def test_an_unknown_model_is_refused_and_nothing_is_stored() -> None:
    with pytest.raises(CharacterRefused, match="There is no model 'nobody'"):
        request_description(nobody(), "nobody", MODELS_FILE)
    assert not Description.objects.exists()


def test_text_that_databases_refuse_is_stored_with_a_mark() -> None:
    job = described(nobody(), Knowing(KNOWN | {"The character is a proud Roman general.": "You\x00 are."}))
    assert step_of(job, "second_person").raw == "You\ufffd are."
    assert Character.objects.get().description == "You\ufffd are."


def test_a_cancelled_description_asks_nothing_more() -> None:
    job = request_description(nobody(), "answerer", MODELS_FILE)
    DESCRIPTIONS.queue(job)
    DESCRIPTIONS.cancel(job)
    assert not DESCRIPTIONS.open(job.steps.all()).exists()
