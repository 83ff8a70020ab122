"""What evaluators say on their pages is what researchers find in the table."""

import csv
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pandas.testing import assert_frame_equal

from analysis.statistics.judgements import read_judgements
from evaluation.exports import export_judgements
from evaluation.models import Evaluation, Pair, Presentation
from evaluation.planning.opening import open_evaluation
from tests.enrolment.visits import EVALUATION as DOOR
from tests.enrolment.visits import agree_to_judge as agree
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    presentations_of,
)
from tests.evaluation.judging.visits import CLOCKS, post
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
SIMULATED, NATURAL, NOT_SURE = range(3)


@pytest.fixture
def evaluation() -> Evaluation:
    """As the planner makes it: two assignments of four pairs and an attention check."""
    evaluation = make_evaluation(make_judged_study(), state="planned", pairs_per_evaluator=4, attention_checks=1)
    open_evaluation(evaluation)
    return evaluation


def judge_all(evaluation: Evaluation) -> dict[str, tuple[str, ...]]:
    """Judge all pairs as an evaluator, and return the answers about main pairs, in the words of the table."""
    client = Client()
    said: dict[str, tuple[str, ...]] = {}
    agree(client)
    client.post(f"{DOOR}start/")
    while token := _current(client):
        presentation = Presentation.objects.get(token=token)
        number = len(said)
        meant = SIMULATED if presentation.pair.role == Pair.Role.CHECK else number % 3
        answer = {"choice": _side(presentation, meant), "confidence": "very confident", "utterance_number": number % 3}
        clocks = CLOCKS | {"active": 4 + number / 8}
        assert post(client, f"{DOOR}pairs/{token}/submit/", answer, key=token, clocks=clocks).status_code == 200
        if presentation.pair.role == Pair.Role.MAIN:
            seconds = presentation.judgement.active_seconds
            told = ("simulated", "natural", "not sure")[meant]
            said[presentation.pair.token] = (told, "very confident", str(number % 3 or ""), f"{seconds:.3f}")
    return said


def _current(client: Client) -> str:
    """The token of the pair that is to be judged now; empty at the end."""
    address = client.get(f"{DOOR}pairs/").headers["Location"]
    return address.split("/pairs/")[1].strip("/") if "/pairs/" in address else ""


def _side(presentation: Presentation, meant: int) -> str:
    if meant == NOT_SURE:
        return "not_sure"
    return "first" if (meant == NATURAL) == presentation.is_natural_first else "second"


def test_the_table_says_what_was_said_on_the_pages(evaluation: Evaluation) -> None:
    said = [judge_all(evaluation) for _ in range(2)]
    researcher = Client()
    researcher.force_login(make_staff())
    answer: Any = researcher.get("/studies/demo/evaluations/1/data/judgements.csv")
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    for number, one in enumerate(said, start=1):
        found = {
            row["pair"]: (row["choice"], row["confidence"], row["utterance_number"], row["duration"])
            for row in rows
            if row["participant"] == f"e-{number:03}"
        }
        assert found == one
        assert len(one) == 4
    assert {row["detected"] for row in rows if row["choice"] == "simulated"} == {"1"}
    assert {row["detected"] for row in rows if row["choice"] != "simulated"} == {"0"}
    assert {row["pair"] for row in rows} == set(evaluation.pairs.filter(role="main").values_list("token", flat=True))


def test_both_tables_are_read_back_as_the_same_judgements_whatever_models_are_called(tmp_path: Path) -> None:
    evaluation = make_evaluation()
    names = ("=HYPERLINK(1)", "'quoted'", "-7b", "@org/model")
    for name, presentation in zip(names, presentations_of(make_evaluator(evaluation)), strict=True):
        Pair.objects.filter(pk=presentation.pair_id).update(model=name)
        make_judgement(presentation)
    read = []
    for form, encoding in (("csv", "utf-8"), ("spreadsheet", "utf-8"), ("spreadsheet", "utf-16")):
        path = tmp_path / f"{form}-{encoding}.csv"
        path.write_text("".join(export_judgements(evaluation, form)), encoding)
        read.append(read_judgements(path))
    assert list(read[0]["model"]) == list(names)
    for other in read[1:]:
        assert_frame_equal(read[0], other)
