"""Context-Instruct as a job: the calls, what is stored of each answer, and the selection."""

import pytest
from asgiref.sync import async_to_sync

from characters.context_instruct.funnel import read_funnel
from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.context_instruct.stored_selection import select_again
from characters.context_instruct.workers import InstructWorker
from characters.models import ContextInstruct, Triplet
from characters.refusals import CharacterRefused
from dialogue.backends.base import BackendError, ContentRefused, ContextFull, ModelMisconfigured
from tests.characters.context_instruct.scripts import (
    MODELS_FILE,
    Author,
    LateAuthor,
    at_once_one,
    made_up,
    request,
    work_off,
)
from tests.factories import make_character
from tests.rolellm.references import expected

pytestmark = pytest.mark.django_db
State = ContextInstruct.State
PROSE = "I would rather talk about bears."
HALF = "Question 1: Who are you?\nCompleteness: High, clear.\nResponse: A Roman.\nQuestion 2: Why?"


def test_coriolanus_gets_three_triplets_a_segment_and_two_hundred_more_topped_up_to_four_hundred() -> None:
    job = request(make_character(rounds=189))
    assert (job.state, job.calls.count()) == (State.PAUSED, 53)
    author = Author()
    work_off(job, author)
    assert (job.state, job.is_filtered, len(author.asked)) == (State.FINISHED, True, 64)
    by_origin = Triplet.objects.filter(call__job=job, call__is_top_up=False)
    assert by_origin.filter(call__origin="script_based").count() == 33 * 3
    assert by_origin.filter(call__origin="script_agnostic").count() == 200
    assert Triplet.objects.filter(call__job=job).count() == 33 * 3 + 200 + 110
    assert job.calls.filter(is_top_up=True).count() == 11
    reference = expected()["script"]["script_coriolanus.jsonl"]["segments"]
    assert list(job.calls.filter(origin="script_based").values_list("first_row", "last_row")) == [
        tuple(segment.values())[:2] for segment in reference
    ]


def test_every_triplet_has_a_fate_and_every_one_that_goes_a_reason() -> None:
    job = work_off(request(make_character(rounds=189)))
    funnel = read_funnel(job)
    assert funnel.candidates == 409 == funnel.low + funnel.repeats + funnel.duplicates + funnel.kept
    assert min(funnel.low, funnel.duplicates, funnel.kept) > 50
    assert (funnel.malformed, funnel.test) == (0, 50)
    triplets = Triplet.objects.filter(call__job=job)
    assert not triplets.filter(fate="new").exists()
    assert not triplets.exclude(fate="kept").filter(reason="").exists()
    assert not triplets.filter(fate="kept").exclude(reason="", split="train", level="high").exists()
    duplicate = triplets.filter(fate="duplicate")[0]
    named = duplicate.reason.partition("“")[2].rstrip("”")
    assert triplets.filter(fate="kept", question=named).exists()
    assert duplicate.similarity is not None and f"{duplicate.similarity:.2f}" in duplicate.reason


def test_a_call_asks_what_the_paper_asks_with_its_sampling_and_a_seed_of_its_own() -> None:
    author = Author()
    job = work_off(request(make_character(rounds=30), wanted=1), author)
    first = author.asked[0][0]
    assert "in the script, To assist you" in first
    assert "You are a Roman general who despises the crowd. Your catchphrase is: " in first
    assert job.calls.all()[0].script in first
    assert {(one.temperature, one.top_p, one.max_tokens) for one in author.samplings} == {(0.7, 0.95, 2000)}
    assert len({one.seed for one in author.samplings}) == len(author.samplings) == job.calls.count()


def test_the_whole_output_is_stored_with_its_costs_before_its_thoughts_are_cut_off() -> None:
    thought = "<think>Question 1: No.</think>"
    job = request(make_character(rounds=30), model="dear", wanted=1)
    work_off(job, Author(lambda asked, number: thought + made_up(asked, 0)))
    call = job.calls.all()[0]
    assert call.raw.startswith(thought) and "Response:" in call.raw
    assert call.triplets.count() == 3
    assert call.completion_tokens == len(call.raw.split())
    spent = sum((each.prompt_tokens or 0) + 2 * (each.completion_tokens or 0) for each in job.calls.all())
    assert job.cost == pytest.approx(spent / 1e6)


def test_a_malformed_answer_is_asked_again_and_what_was_wrong_with_it_is_kept() -> None:
    job = request(make_character(rounds=30), wanted=1)
    author = Author(lambda _asked, number: {1: PROSE, 2: HALF}.get(number))
    at_once_one(job, author)
    call = job.calls.all()[0]
    assert [one["raw"] for one in call.rejected] == [PROSE, HALF]
    assert [one["reason"] for one in call.rejected] == ["no question", "no completeness"]
    assert call.triplets.exclude(fate="malformed").count() == 3
    assert list(call.triplets.filter(fate="malformed").values_list("answer", "reason")) == [
        (PROSE, "no question"),
        ("Question 2: Why?", "no completeness"),
    ]
    assert read_funnel(job).malformed == 2
    assert len({seed for _, seed in author.asked[:3]}) == 3
    assert len(author.asked) == job.calls.count() + 2


def test_after_three_tries_the_best_answer_counts() -> None:
    job = request(make_character(rounds=30), wanted=1)
    author = Author(lambda _asked, number: {1: PROSE, 2: HALF, 3: PROSE}.get(number))
    at_once_one(job, author)
    call = job.calls.all()[0]
    assert (call.raw, [one["raw"] for one in call.rejected]) == (HALF, [PROSE, PROSE])
    assert list(call.triplets.values_list("question", "fate")) == [("Who are you?", "kept"), *[("", "malformed")] * 3]
    assert (job.state, len(author.asked)) == (State.FINISHED, job.calls.count() + 2)


def test_a_model_that_never_answers_in_the_format_ends_after_twenty_further_calls() -> None:
    job = request(make_character(rounds=30))
    planned = job.calls.count()
    work_off(job, author := Author(lambda _asked, _number: PROSE))
    assert (job.state, job.is_filtered) == (State.FINISHED, True)
    assert job.calls.count() == planned + 20
    assert len(author.asked) == 3 * (planned + 20)
    assert (read_funnel(job).candidates, read_funnel(job).malformed) == (0, len(author.asked))


def test_calls_are_added_in_several_rounds_if_their_answers_are_short() -> None:
    short = "Question 1: Who is {}?\nFactualness: High, so.\nResponse: I."
    job = request(make_character(rounds=30), wanted=40)
    work_off(job, Author(lambda asked, number: None if "Script Content" in asked else short.format(number)))
    script_based = 3 * job.calls.filter(origin="script_based").count()
    assert job.calls.filter(is_top_up=True).count() == 40 - 20 - script_based
    assert read_funnel(job).candidates == 40


@pytest.mark.parametrize("refusal", [ContentRefused("The provider refuses this."), ContextFull("It does not fit.")])
def test_what_the_model_cannot_answer_is_counted_and_not_asked_again(refusal: BackendError) -> None:
    job = request(make_character(rounds=30), wanted=1)
    author = Author(lambda _asked, number: refusal if number == 1 else None)
    at_once_one(job, author)
    [row] = job.calls.all()[0].triplets.all()
    assert (row.fate, row.reason, row.answer) == ("malformed", str(refusal), "")
    assert (job.state, len(author.samplings)) == (State.FINISHED, job.calls.count())


def test_after_a_failure_of_the_infrastructure_nothing_finished_is_asked_again() -> None:
    job = request(make_character(rounds=60), wanted=1)
    fails = Author(lambda _asked, number: BackendError("The server is busy.") if number > 5 else None)
    at_once_one(job, fails, patience=1)
    assert (job.state, job.message) == (State.PAUSED, "The server is busy.")
    assert not job.is_filtered
    before = set(Triplet.objects.values_list("pk", "question"))
    goes_on = Author()
    work_off(job, goes_on)
    assert job.state == State.FINISHED
    assert before <= set(Triplet.objects.values_list("pk", "question"))
    assert len(fails.asked) + len(goes_on.asked) == job.calls.count()
    assert not set(fails.asked) & set(goes_on.asked)


def test_answers_in_flight_when_an_error_halts_the_job_are_stored_and_nothing_more_is_asked() -> None:
    job = request(make_character(rounds=60), wanted=1)
    broken = ModelMisconfigured("The key is not valid.")
    late = LateAuthor(broken, lambda _asked, number: PROSE if number == 2 else None)
    work_off(job, late, concurrency=4)
    assert (job.state, job.message, len(late.samplings)) == (State.PAUSED, "The key is not valid.", 4)
    assert job.calls.exclude(finished_at=None).count() == 2
    assert [one["raw"] for call in job.calls.all() for one in call.rejected] == [PROSE]
    assert not job.calls.exclude(worker="", leased_until=None).exists()
    work_off(job, goes_on := Author())
    assert job.state == State.FINISHED
    assert not set(late.asked) & set(goes_on.asked)
    assert len(late.asked) + len(goes_on.asked) == job.calls.count() + 1


def test_a_worker_looks_a_model_up_once_each_time_the_job_is_started() -> None:
    job = request(make_character(rounds=60), wanted=1)
    opened: list[Author] = []

    def open_model(_spec: object) -> Author:
        opened.append(Author(lambda _asked, number: BackendError("Down.") if number == 3 else None))
        return opened[-1]

    worker = InstructWorker(MODELS_FILE, open_model, tick=0.02, concurrency=1, patience=1)
    for _ in range(2):
        INSTRUCT_CALLS.start(job)
        async_to_sync(worker.work_off)(job.calls.all())
    assert [len(model.asked) for model in opened] == [2, 2]


def test_a_try_that_was_stored_before_a_failure_is_not_repeated() -> None:
    job = request(make_character(rounds=30), wanted=1)
    answers: dict[int, str | BackendError] = {1: PROSE, 2: BackendError("Down.")}
    at_once_one(job, first := Author(lambda _asked, number: answers.get(number)), patience=1)
    at_once_one(job, second := Author(lambda _asked, number: PROSE if number == 1 else None))
    call = job.calls.all()[0]
    assert [one["raw"] for one in call.rejected] == [PROSE, PROSE]
    assert first.asked[0] != second.asked[0] and first.asked[0][0] == second.asked[0][0]
    assert call.triplets.exclude(fate="malformed").count() == 3


def test_the_same_seed_gives_the_same_triplets_however_many_calls_are_made_at_once() -> None:
    character = make_character()
    first = at_once_one(request(character))
    found = list(Triplet.objects.filter(call__job=first).values_list("question", "fate", "similarity"))
    first.delete()
    again = work_off(request(character), concurrency=7)
    assert list(Triplet.objects.filter(call__job=again).values_list("question", "fate", "similarity")) == found


def test_another_threshold_selects_again_without_asking_the_model() -> None:
    job = work_off(request(make_character(rounds=60)))
    calls = list(job.calls.values_list("pk", "raw"))
    select_again(job, 0.9)
    loose = read_funnel(job)
    select_again(job, 0.3)
    strict = read_funnel(job)
    assert strict.kept < loose.kept
    assert (strict.candidates, strict.low) == (loose.candidates, loose.low)
    assert job.configuration["threshold"] == 0.3
    assert list(job.calls.values_list("pk", "raw")) == calls
    select_again(job, 0.9)
    assert read_funnel(job) == loose


def test_a_selection_waits_until_the_model_has_finished() -> None:
    job = request(make_character(rounds=30))
    INSTRUCT_CALLS.start(job)
    with pytest.raises(CharacterRefused, match="still making triplets"):
        select_again(job, 0.9)


def test_a_chinese_character_is_asked_in_chinese() -> None:
    character = make_character("李白", language="zh", description="你是诗人。", catchphrases=[])
    job = work_off(request(character, wanted=1), author := Author())
    assert job.state == State.FINISHED
    assert all("李白" in asked and "[样例]" in asked and "你是诗人。" in asked for asked, _ in author.asked)
    assert read_funnel(job).malformed == 0
