"""Requests for Context-Instruct: what is refused, and which repeat an earlier one."""

import pytest

from characters.context_instruct.exports import export_jobs
from characters.context_instruct.funnel import read_funnel
from characters.context_instruct.requests import InstructRequest
from characters.models import ContextInstruct
from characters.refusals import CharacterRefused
from tests.characters.context_instruct.scripts import Author, request, work_off
from tests.factories import make_character

pytestmark = pytest.mark.django_db


def test_a_character_without_a_description_is_refused() -> None:
    with pytest.raises(CharacterRefused, match=r"Coriolanus has no description, .*characters describe"):
        request(make_character(description=""))


def test_an_unknown_model_and_one_that_cannot_be_told_who_it_is_are_refused() -> None:
    with pytest.raises(CharacterRefused, match="There is no model 'nobody'"):
        request(make_character(), model="nobody")
    assert not ContextInstruct.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"wanted": 0}, r"1 to 10,000 triplets\. You asked for 0\."),
        ({"wanted": 10_001}, "You asked for 10,001"),
        ({"seed": -1}, "whole number from 0"),
        ({"seed": 2**63}, "whole number from 0"),
        ({"threshold": 0}, "above 0 and up to 1"),
        ({"threshold": 1.01}, "You entered 1.01"),
        ({"threshold": float("nan")}, "You entered nan"),
    ],
)
def test_numbers_out_of_range_are_refused(fields, sentence) -> None:
    with pytest.raises(CharacterRefused, match=sentence):
        InstructRequest("author", **fields)


@pytest.mark.parametrize("rows", [0, 3])
def test_without_a_segment_all_questions_are_about_the_description(rows: int) -> None:
    character = make_character()
    character.turns.filter(position__gte=rows).delete()
    job = work_off(request(character, wanted=200), author := Author())
    assert set(job.calls.values_list("origin", flat=True)) == {"script_agnostic"}
    assert (job.state, job.calls.count(), read_funnel(job).candidates) == (ContextInstruct.State.FINISHED, 20, 200)
    assert all("You are a Roman general who despises the crowd." in asked for asked, _ in author.asked)
    assert export_jobs([job]).counts[0]["train"]


def test_an_equal_request_finds_the_job_whatever_its_threshold() -> None:
    character = make_character()
    job = work_off(request(character, wanted=1))
    assert request(character, wanted=1) == job
    assert request(character, wanted=1, threshold=0.9) == job
    assert ContextInstruct.objects.count() == 1


def test_another_seed_number_description_or_profile_is_another_job() -> None:
    character = make_character(rounds=60)
    jobs = {request(character).pk, request(character, seed=321).pk, request(character, wanted=300).pk}
    character.description = "You are a soldier."
    character.save()
    jobs.add(request(character).pk)
    character.turns.filter(diag_id__gte=30).delete()
    jobs.add(request(character).pk)
    assert len(jobs) == 5
