"""Rankings with a real database and scripted judges: what is asked, and what is stored of it."""

import json
from typing import Any

import pytest

from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.removal import count_answers, remove_answers
from characters.judging.queue import RANKINGS
from characters.models import Answer, BenchmarkRow, Judging
from dialogue.backends.base import BackendError, ContentRefused, ContextFull, ModelMisconfigured
from dialogue.backends.scripted import ScriptedModel
from tests.characters.judging.factories import (
    BASELINE,
    FIRST,
    ContentJudge,
    make_answers,
    make_benchmark,
    refusing,
    request,
    run,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def judging() -> Judging:
    benchmark = make_benchmark(general=1, specific=1)
    make_answers(benchmark)
    make_answers(benchmark, "Tuned", "fine")
    return request(benchmark, "Tuned")


def test_every_ranking_is_made_once_and_finishes_the_judging(judging: Judging) -> None:
    model = ScriptedModel([FIRST])
    assert run(judging, model).state == Judging.State.FINISHED
    assert len(model.requests) == 4
    for ranking in judging.rankings.all():
        assert (ranking.preference, ranking.raw, ranking.rejected) == ("first", FIRST, [])
        assert (ranking.reasons, ranking.worker) == (["It comes first.", "No."], "")
        assert ranking.completion_tokens


def test_the_judge_sees_anonymous_answers_in_the_order_of_the_ranking(judging: Judging) -> None:
    model = ScriptedModel([FIRST])
    run(judging, model, concurrency=1)
    rankings = list(judging.rankings.order_by("pk"))
    for ranking, asked in zip(rankings, model.requests, strict=True):
        text = asked.messages[-1].content
        order = sorted(("Tuned", BASELINE), key=lambda name: text.rindex("fine" if name == "Tuned" else "so-so"))
        assert order == [ranking.first.name, ranking.second.name]
        assert not any(name in text for name in ("Tuned", "RoleGPT"))
        assert "You are Coriolanus." in text
        assert asked.sampling.temperature == 0


def test_only_role_specific_questions_have_reference_answers(judging: Judging) -> None:
    model = ScriptedModel([FIRST])
    run(judging, model, concurrency=1)
    told = {asked.messages[-1].content.count("reference_answers") for asked in model.requests if "rivers" in str(asked)}
    assert told == {0}
    assert (
        sum('"reference_answers": ["0, fine curs!"]' in str(asked.messages[-1].content) for asked in model.requests)
        == 2
    )


def test_the_text_of_an_answer_is_judged_and_not_its_raw_output(judging: Judging) -> None:
    Answer.objects.filter(answer_set__name="Tuned").update(raw="<think>Hm.</think>Coriolanus: Curs!", text="Curs!")
    model = ScriptedModel([FIRST])
    run(judging, model)
    assert all("Curs!" in asked.messages[-1].content for asked in model.requests)
    assert not any("Hm." in asked.messages[-1].content for asked in model.requests)


def test_an_unreadable_answer_is_kept_and_asked_for_again_with_its_reason(judging: Judging) -> None:
    twice = FIRST.replace("Model 2", "Model 1")
    model = ScriptedModel([f"<think>{FIRST}</think>{twice}", FIRST])
    run(judging, model)
    ranking = judging.rankings.all()[0]
    assert (ranking.preference, ranking.raw) == ("first", FIRST)
    [rejected] = ranking.rejected
    assert (rejected["raw"], rejected["reason"]) == (f"<think>{FIRST}</think>{twice}", "Model 1 is ranked twice.")
    last = model.requests[-1].messages
    assert (last[-2].role, last[-2].content) == ("assistant", twice)
    assert "Model 1 is ranked twice." in last[-1].content


def test_after_four_tries_there_is_no_verdict_and_the_judging_goes_on(judging: Judging) -> None:
    model = ScriptedModel(["Hm\x00.", "", "[]", "No.", FIRST])
    assert run(judging, model).state == Judging.State.FINISHED
    assert len(model.requests) == 16
    ranking = judging.rankings.all()[0]
    assert (ranking.preference, ranking.reasons, ranking.raw) == ("none", [], "No.")
    assert [one["raw"] for one in ranking.rejected] == ["Hm\ufffd.", "", "[]", "No."]
    assert {one["reason"] for one in ranking.rejected} == {"It contains no list of rankings."}


@pytest.mark.parametrize("error", [ContextFull("Too long."), ContentRefused("Refused.")])
def test_what_a_provider_refuses_has_no_verdict_and_a_reason(judging: Judging, error: BackendError) -> None:
    assert run(judging, ScriptedModel(refusing(error))).state == Judging.State.FINISHED
    ranking = judging.rankings.all()[0]
    assert (ranking.preference, ranking.rejected[0]["reason"]) == ("none", str(error))


def test_infrastructure_errors_are_no_results_and_pause_the_judging(judging: Judging) -> None:
    run(judging, ScriptedModel(refusing(BackendError("The server is down."))), patience=1)
    assert (judging.state, judging.message) == (Judging.State.PAUSED, "The server is down.")
    assert not judging.rankings.exclude(finished_at=None).exists()
    assert run(judging).state == Judging.State.FINISHED


def test_a_worker_that_takes_over_reads_the_stored_output_and_does_not_ask_again(judging: Judging) -> None:
    first, second, *_ = judging.rankings.order_by("pk")
    stored = json.loads(FIRST)
    judging.rankings.filter(pk=first.pk).update(raw=json.dumps(stored[::-1]), stop_reason="stop")
    judging.rankings.filter(pk=second.pk).update(rejected=[{"raw": "Hm.", "stop_reason": "stop", "reason": "Why."}])
    model = ScriptedModel(["Hm.", FIRST])
    run(judging, model, concurrency=1)
    assert len(model.requests) == 1 + 2 + 2  # one try was left, and two rankings needed both
    assert judging.rankings.get(pk=first.pk).preference == "first"
    assert [one["reason"] for one in judging.rankings.get(pk=second.pk).rejected] == ["Why."]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"prompt": "another"}, "The judge's prompt has changed since this judging began."),
        ({"model": {"context": 7}}, "Model 'firster' has changed since this job began."),
    ],
)
def test_a_changed_judge_or_prompt_halts_the_judging(judging: Judging, change: dict[str, Any], sentence: str) -> None:
    told = judging.configuration
    judging.configuration = told | change | {"model": told["model"] | change.get("model", {})}
    judging.save()
    assert sentence in run(judging).message
    assert not judging.rankings.exclude(finished_at=None).exists()


def test_a_judge_that_cannot_run_halts_the_judging(judging: Judging) -> None:
    broken = ScriptedModel(refusing(ModelMisconfigured("There is no such model at the provider.")))
    assert run(judging, broken).message == "There is no such model at the provider."


def test_a_deleted_answer_halts_the_judging(judging: Judging) -> None:
    Answer.objects.filter(answer_set__name="Tuned").delete()
    assert "was deleted since this judging began" in run(judging).message


@pytest.mark.parametrize(
    ("name", "goes"), [("Tuned", "2 answers, 4 rankings"), (BASELINE, "2 answers, 1 judging, 4 rankings")]
)
def test_answers_are_not_deleted_while_a_model_judges_them(judging: Judging, name: str, goes: str) -> None:
    RANKINGS.start(judging)
    answer_set = judging.benchmark.answer_sets.get(name=name)
    with pytest.raises(BenchmarkRefused, match="firster is judging"):
        remove_answers(answer_set)
    RANKINGS.pause(judging)
    assert count_answers(answer_set) == goes
    assert remove_answers(answer_set) == f"1 answer set, {goes}"


def test_what_a_judge_costs_is_counted(judging: Judging) -> None:
    Judging.objects.update(prices={"input": 1.0, "output": 10.0})
    judging.refresh_from_db()
    run(judging, ContentJudge("fine"))
    assert judging.cost == pytest.approx(4 * (900 + 60 * 10) / 1_000_000)


def test_deleting_a_benchmark_deletes_its_judgings(judging: Judging) -> None:
    judging.benchmark.delete()
    assert not Judging.objects.exists()
    assert not BenchmarkRow.objects.exists()
