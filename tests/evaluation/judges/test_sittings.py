"""Sittings with a real database and scripted models: what is judged and what is stored of it."""

import asyncio
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from dialogue.backends.base import BackendError, ModelMisconfigured
from dialogue.backends.scripted import ScriptedModel
from evaluation.judges import sittings
from evaluation.judges.results import read_sittings
from evaluation.models import Evaluation, Judgement, Pair, Sitting, Verdict
from simulation.requests import RequestError
from tests.evaluation.factories import make_evaluation, make_known_pair
from tests.evaluation.judges.scripts import MODELS_FILE, SECOND, make_judge, refusing, request_sitting, sit

pytestmark = pytest.mark.django_db

BAD = '{"choice": "both"}'


def test_both_orders_of_every_pair_are_asked_for_and_no_known_pair() -> None:
    evaluation = make_evaluation()
    make_known_pair(evaluation)
    sitting = request_sitting(evaluation)
    orders = Counter(sitting.verdicts.values_list("pair__role", "is_natural_first"))
    assert orders == {(Pair.Role.MAIN, True): 8, (Pair.Role.MAIN, False): 8}
    assert (sitting.state, sitting.model) == (Sitting.State.PAUSED, "arbiter")


def test_asking_again_adds_only_what_is_missing() -> None:
    sitting = sit(request_sitting(make_evaluation()))
    assert request_sitting(sitting.evaluation) == sitting
    assert sitting.verdicts.count() == 16
    sitting.verdicts.first().delete()  # type: ignore[union-attr]
    again = request_sitting(sitting.evaluation)
    assert (again.pk, again.state, again.verdicts.filter(finished_at=None).count()) == (
        sitting.pk,
        Sitting.State.PAUSED,
        1,
    )


def test_what_identifies_the_model_is_kept_and_another_one_sits_apart(tmp_path: Path) -> None:
    evaluation = make_evaluation()
    sitting = request_sitting(evaluation)
    judge = sitting.configuration["judge"]
    assert (judge["model"], judge["backend"], judge["label"]) == ("arbiter", "scripted", "a script")
    assert sitting.configuration["sampling"]["temperature"] == 0
    relabelled = tmp_path / "models.toml"
    relabelled.write_text(MODELS_FILE.read_text().replace("a script", "another label"))
    assert request_sitting(evaluation, models_file=relabelled) == sitting
    changed = tmp_path / "changed.toml"
    changed.write_text('[models.arbiter]\nbackend = "scripted"\ncontext = 999\nreplies = ["Hm."]\n')
    assert request_sitting(evaluation, models_file=changed) != sitting


def test_a_judge_is_told_the_date_on_which_its_sitting_was_asked_for() -> None:
    sitting = request_sitting(make_evaluation())
    sitting.configuration["judge"]["date"] = "2031-02-03"
    sitting.save(update_fields=["configuration"])
    judge = ScriptedModel([SECOND])
    sit(sitting, make_judge(judge))
    assert {request.sampling.today for request in judge.requests} == {date(2031, 2, 3)}
    assert request_sitting(sitting.evaluation) == sitting


def test_an_evaluation_that_is_only_planned_has_nothing_to_judge() -> None:
    with pytest.raises(RequestError, match="open the evaluation first"):
        request_sitting(make_evaluation(state=Evaluation.State.PLANNED))
    assert not Sitting.objects.exists()


def test_a_model_that_nobody_described_is_refused() -> None:
    with pytest.raises(RequestError, match="There is no model 'nobody'"):
        request_sitting(make_evaluation(), "nobody")


def test_every_verdict_is_given_once_and_finishes_the_sitting() -> None:
    model = ScriptedModel([SECOND])
    sitting = sit(request_sitting(make_evaluation()), make_judge(model, concurrency=3))
    assert sitting.state == Sitting.State.FINISHED
    assert len(model.requests) == 16
    for verdict in sitting.verdicts.all():
        assert (verdict.choice, verdict.confidence, verdict.utterance_number) == ("second", "confident", 1)
        assert (verdict.outputs, verdict.problem, verdict.worker, verdict.leased_until) == ([SECOND], "", "", None)
    assert not Judgement.objects.exists()


def test_two_workers_share_a_sitting_without_asking_twice() -> None:
    sitting, model = request_sitting(make_evaluation()), ScriptedModel([SECOND])
    sittings.VERDICTS.start(sitting)

    async def work_together() -> None:
        workers = [make_judge(model, concurrency=2) for _ in range(2)]
        await asyncio.gather(*(worker.work_off(Verdict.objects.all()) for worker in workers))

    async_to_sync(work_together)()
    assert len(model.requests) == 16


def test_a_side_is_read_in_the_order_of_the_verdict() -> None:
    evaluation = make_evaluation()
    Pair.objects.exclude(pk=evaluation.pairs.all()[0].pk).delete()
    pair = evaluation.pairs.get()
    pair.natural.turns.update(utterance="typed by a person")  # type: ignore[union-attr]
    model = ScriptedModel([SECOND])
    sit(request_sitting(evaluation), make_judge(model, concurrency=1))
    is_in_first = [
        request.messages[0].content.index("typed by a person") < request.messages[0].content.index("=== 2nd")
        for request in model.requests
    ]
    assert is_in_first == [verdict.is_natural_first for verdict in Verdict.objects.order_by("pk")] == [True, False]


def test_what_cannot_be_used_is_a_result_with_all_that_was_put_out() -> None:
    sitting = sit(request_sitting(make_evaluation()), make_judge(ScriptedModel(["Hm\x00.", BAD, BAD])))
    assert sitting.state == Sitting.State.FINISHED
    verdict = sitting.verdicts.all()[0]
    assert (verdict.choice, verdict.utterance_number, verdict.outputs) == ("", None, ["Hm\ufffd.", BAD, BAD])
    assert "The choice must be" in verdict.problem


def test_a_pair_whose_person_has_withdrawn_is_not_asked_about() -> None:
    evaluation, model = make_evaluation(), ScriptedModel([SECOND])
    sitting, gone = request_sitting(evaluation), evaluation.pairs.all()[0]
    Pair.objects.filter(pk=gone.pk).update(natural=None, simulated=None, withdrawn_at=timezone.now())
    assert sit(sitting, make_judge(model)).state == Sitting.State.FINISHED
    assert len(model.requests) == 14
    assert {verdict.choice for verdict in Verdict.objects.filter(pair=gone)} == {""}
    assert [line.total for line in read_sittings(evaluation)] == [14]


def test_an_infrastructure_error_is_no_result_and_after_some_the_sitting_stands_still() -> None:
    broken = ScriptedModel(refusing(BackendError("The server is down.")))
    sitting = sit(request_sitting(make_evaluation()), make_judge(broken, patience=1))
    assert (sitting.state, sitting.message) == (
        Sitting.State.PAUSED,
        "The server is down.",
    )
    assert not Verdict.objects.exclude(finished_at=None).exists()
    assert sit(sitting).state == Sitting.State.FINISHED


def test_a_model_that_cannot_run_as_described_halts_the_sitting() -> None:
    broken = ScriptedModel(refusing(ModelMisconfigured("There is no such model at the provider.")))
    sitting = sit(request_sitting(make_evaluation()), make_judge(broken))
    assert (sitting.state, sitting.message) == (Sitting.State.PAUSED, "There is no such model at the provider.")


def test_a_model_that_was_changed_meanwhile_halts_the_sitting(tmp_path: Path) -> None:
    changed = tmp_path / "models.toml"
    changed.write_text('[models.arbiter]\nbackend = "scripted"\ncontext = 999\nreplies = ["Hm."]\n')
    sitting = sit(request_sitting(make_evaluation()), make_judge(models_file=changed))
    assert "is no longer what began to judge" in sitting.message
    assert not Verdict.objects.exclude(finished_at=None).exists()


def test_a_paused_sitting_goes_on_where_it_was() -> None:
    sitting, told = request_sitting(make_evaluation()), list[int]()

    def pause_at_five() -> None:
        told.append(1)

    sit(sitting, make_judge(concurrency=1, on_verdict=pause_at_five, should_stop=lambda: len(told) >= 5))
    sittings.VERDICTS.pause(sitting)
    done = list(Verdict.objects.exclude(finished_at=None).values_list("pk", "finished_at"))
    assert (sitting.state, len(done)) == (Sitting.State.PAUSED, 5)
    sit(sitting)
    assert sitting.state == Sitting.State.FINISHED
    assert set(done) < set(Verdict.objects.values_list("pk", "finished_at"))


def test_a_sitting_whose_last_open_verdicts_went_with_their_person_is_finished() -> None:
    sitting = request_sitting(make_evaluation())
    sittings.VERDICTS.start(sitting)
    sitting.verdicts.all().delete()
    sittings.VERDICTS.finish_complete()
    sitting.refresh_from_db()
    assert sitting.state == Sitting.State.FINISHED


@pytest.mark.parametrize("is_queued", [True, False])
def test_whoever_leaves_a_sitting_pauses_it_unless_workers_go_on(is_queued: bool) -> None:
    sitting = request_sitting(make_evaluation())
    sittings.VERDICTS.start(sitting)
    Sitting.objects.update(is_queued=is_queued)
    sittings.VERDICTS.leave(sitting)
    sitting.refresh_from_db()
    assert sitting.state == (Sitting.State.RUNNING if is_queued else Sitting.State.PAUSED)
