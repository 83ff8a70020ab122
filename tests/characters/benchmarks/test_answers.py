"""Models answer a benchmark: what they are asked, what is stored, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from characters.benchmarks.loading import load_path
from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.results import read_results
from characters.models import Answer, AnswerSet, Character, ProfileTurn
from dialogue.backends.base import BackendError, ContentRefused, ContextFull, Sampling
from dialogue.backends.scripted import ScriptedModel
from tests.characters.benchmarks.answers import make_benchmark, make_worker, request, work_off
from tests.factories import make_character
from tests.rolellm.references import DATA

pytestmark = pytest.mark.django_db


class Narrow(ScriptedModel):
    """A model whose context holds at most ``most`` messages."""

    most = 0

    async def generate(self, messages, sampling, conversation):
        if len(messages) > self.most:
            raise ContextFull("The prompt leaves no room.")
        async for piece in super().generate(messages, sampling, conversation):
            yield piece


def narrow(most: int) -> Narrow:
    model = Narrow(["I banish you."] * 6)
    model.most = most
    return model


def test_the_model_is_told_who_it_is_and_hears_the_pairs_before_the_question() -> None:
    model = ScriptedModel(["I banish you!"] * 6)
    answer_set = work_off(request(make_benchmark(), rows=1), make_worker(model))
    answer = answer_set.answers.get()
    [asked] = model.requests
    assert [message.role for message in asked.messages] == ["system", *["user", "assistant"] * 5, "user"]
    assert "You are a Roman general" in asked.messages[0].content
    assert "You common cry of curs!" in asked.messages[0].content
    assert asked.messages[-1].content == answer.row.question.strip()
    said = [(pair["question"], pair["answer"]) for pair in answer.demonstrations]
    assert said == [(asked.messages[at].content, asked.messages[at + 1].content) for at in range(1, 11, 2)]
    scores = [pair["score"] for pair in answer.demonstrations]
    assert scores == sorted(scores, reverse=True)
    assert (asked.sampling.temperature, asked.sampling.top_p, asked.sampling.max_tokens) == (0.7, 0.95, 200)


def test_the_other_elicitations_have_their_own_messages() -> None:
    benchmark, model = make_benchmark(), ScriptedModel(["I banish you!"])
    for elicitation in ("zero-shot", "few-shot"):
        work_off(request(benchmark, rows=1, elicitation=elicitation), make_worker(model))
    zero, few = model.requests
    assert [message.role for message in zero.messages] == ["system", "user"]
    assert zero.messages[-1].content in few.messages[-1].content
    demonstrations = {answer.answer_set.elicitation: answer.demonstrations for answer in Answer.objects.all()}
    assert demonstrations["zero-shot"] == []
    assert demonstrations["few-shot"][0]["answer"] in few.messages[-1].content


def test_the_question_can_be_sent_with_the_users_name_as_the_paper_prints_it() -> None:
    model = ScriptedModel(["I banish you!"])
    asked = request(make_benchmark(), rows=1, elicitation="zero-shot", user_name="Menenius")
    answer = work_off(asked, make_worker(model)).answers.get()
    assert model.requests[0].messages[-1].content == f'Menenius: "{answer.row.question.strip()}"'


def test_the_output_is_stored_raw_and_counts_without_thoughts_and_name() -> None:
    benchmark = make_benchmark()
    thinking = work_off(request(benchmark)).answers.all()[0]
    assert thinking.raw == "<think>Who am I?</think>I banish you all."
    assert thinking.text == "I banish you all."
    named = work_off(request(benchmark, elicitation="zero-shot")).answers.all()[0]
    assert (named.raw, named.text) == ("Coriolanus: I banish you!", "I banish you!")
    assert (named.fault, named.stop_reason) == ("begins with the role name", "stop")
    assert named.seconds is not None
    assert set(named.scores) <= {"references", "raw_answers"}


def test_a_set_finishes_with_scores_of_every_answer() -> None:
    benchmark = make_benchmark()
    answer_set = work_off(request(benchmark, rows=None))
    assert (answer_set.state, answer_set.answers.exclude(finished_at=None).count()) == ("finished", 60)
    result = next(each for each in read_results(benchmark, "role") if each.answer_set == answer_set)
    assert {name: measure.total and measure.total.rows for name, measure in result.measures.items()} == {
        "CUS": 30,
        "RAW": None,
        "SPE": 30,
    }
    assert result.measures["SPE"].missing == 30


def test_the_drawn_rows_and_the_seeds_are_the_same_for_every_model() -> None:
    benchmark = make_benchmark()
    first, second = (request(benchmark, model=model, rows=7) for model in ("actor", "silent"))
    rows = [list(each.answers.order_by("row").values_list("row", flat=True)) for each in (first, second)]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 7
    other = request(benchmark, rows=7, seed=8, name="other draw")
    assert list(other.answers.order_by("row").values_list("row", flat=True)) != rows[0]
    model = ScriptedModel(["I banish you!"] * 6)
    for each in (first, second):
        work_off(each, make_worker(model))
    seeds = [asked.sampling.seed for asked in model.requests]
    assert sorted(seeds[:7]) == sorted(seeds[7:])
    assert len(set(seeds)) == 7


def test_several_samples_have_their_own_seeds() -> None:
    model = ScriptedModel(["I banish you!"])
    answer_set = work_off(request(make_benchmark(), rows=1, samples=3, elicitation="zero-shot"), make_worker(model))
    assert [answer.sample for answer in answer_set.answers.all()] == [0, 1, 2]
    assert len({asked.sampling.seed for asked in model.requests}) == 3


def test_a_repeated_request_continues_and_other_settings_need_another_name() -> None:
    benchmark = make_benchmark()
    first = work_off(request(benchmark))
    assert request(benchmark) == first
    with pytest.raises(BenchmarkRefused, match="with other settings"):
        request(benchmark, sampling=Sampling(max_tokens=10))
    Character.objects.update(description="You are a shepherd.")
    with pytest.raises(BenchmarkRefused, match="a character has changed since"):
        request(benchmark)
    assert AnswerSet.objects.exclude(model="").count() == 1


def test_roles_that_cannot_be_played_are_refused_with_a_list_or_left_out() -> None:
    benchmark = make_benchmark()
    with pytest.raises(BenchmarkRefused, match=r"not stored: Jack Sparrow\)"):
        request(benchmark, roles=())
    assert not AnswerSet.objects.exclude(model="").exists()
    answer_set = request(benchmark, roles=(), rows=None, skips_unknown=True)
    assert set(answer_set.answers.values_list("row__role", flat=True)) == {"Coriolanus"}
    assert answer_set.configuration["left_out"] == {"Jack Sparrow": "not stored"}
    make_character("Jack Sparrow", rounds=0)
    with pytest.raises(BenchmarkRefused, match="without a profile to retrieve from: Jack Sparrow"):
        request(benchmark, roles=("Jack Sparrow",))
    assert request(benchmark, roles=("Jack Sparrow",), elicitation="zero-shot").answers.count() == 4
    Character.objects.update(description=" ")
    with pytest.raises(BenchmarkRefused, match="without a description: Coriolanus"):
        request(benchmark, name="again")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rows": 0}, "at least 1"),
        ({"samples": 21}, "from 1 to 20"),
        ({"pairs": -1}, "must not be negative"),
        ({"sampling": Sampling(temperature=3)}, "temperature must be from 0 to 2"),
        ({"model": "nobody"}, "There is no model 'nobody'"),
        ({"roles": ("Nobody",)}, "no test rows of Nobody"),
        ({"split": "instruction"}, "No test row of this benchmark fits"),
        ({"name": "x" * 101}, "more than 100 characters"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BenchmarkRefused, match=sentence):
        request(make_benchmark(), **fields)
    assert not AnswerSet.objects.exclude(model="").exists()


def test_a_model_that_cannot_be_told_who_it_is_is_refused(tmp_path: Path) -> None:
    models_file = tmp_path / "models.toml"
    models_file.write_text('[models.actor]\nbackend = "scripted"\nreplies = ["I banish you."]\nsystem = "none"\n')
    with pytest.raises(BenchmarkRefused, match="cannot read instructions"):
        request(make_benchmark(), models_file)


def test_demonstrations_that_do_not_fit_the_context_are_left_out_the_least_similar_first() -> None:
    whole = work_off(request(make_benchmark(), rows=1, name="whole")).answers.get()
    benchmark = whole.answer_set.benchmark
    cut = work_off(request(benchmark, rows=1), make_worker(narrow(6))).answers.get()
    assert cut.text == "I banish you."
    assert cut.demonstrations == whole.demonstrations[:2]


def test_a_question_that_fits_no_context_or_is_refused_counts_as_an_empty_answer_with_its_reason() -> None:
    benchmark = make_benchmark()
    work_off(request(benchmark, rows=1), make_worker(narrow(1)))
    full = Answer.objects.get(answer_set__model="actor")
    assert (full.text, full.fault, full.error) == ("", "unanswered", "The prompt leaves no room.")
    refused = ScriptedModel([ContentRefused("The provider refuses this content."), "unused"])
    work_off(request(benchmark, rows=1, elicitation="zero-shot"), make_worker(refused))
    answer = Answer.objects.get(answer_set__elicitation="zero-shot")
    assert (answer.text, answer.error) == ("", "The provider refuses this content.")
    assert answer.scores["references"]["as_published"] == 0


def test_a_failure_of_the_infrastructure_is_tried_again_and_is_no_answer() -> None:
    benchmark = make_benchmark()
    busy = ScriptedModel([BackendError("The server is busy."), "I banish you."])
    answer_set = work_off(request(benchmark, rows=1, elicitation="zero-shot"), make_worker(busy, patience=1))
    assert (answer_set.state, answer_set.message) == ("paused", "The server is busy.")
    done = work_off(answer_set, make_worker(ScriptedModel(["I banish you."])))
    assert (done.state, done.answers.get().text) == ("finished", "I banish you.")


def test_a_profile_that_has_changed_since_stops_the_set() -> None:
    answer_set = request(make_benchmark())
    ProfileTurn.objects.all()[0].delete()
    stopped = work_off(answer_set)
    assert (stopped.state, stopped.answers.exclude(finished_at=None).count()) == ("paused", 0)
    assert stopped.message.startswith("The profile of Coriolanus has changed")


def test_chinese_characters_answer_in_their_language() -> None:
    make_character("李白", language="zh", description="你是诗人。", catchphrases=[])
    benchmark = load_path(DATA / "rolebench-zh", "chinese")
    model = ScriptedModel(["好酒。"] * 6)
    answer_set = work_off(request(benchmark, roles=("李白",), rows=1, part="role_specific"), make_worker(model))
    assert "你是诗人。" in model.requests[0].messages[0].content
    assert answer_set.answers.get().scores["references"]["words_predicted"] == 3
