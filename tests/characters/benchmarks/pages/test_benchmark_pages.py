"""The pages of benchmarks: the list with an upload, one benchmark, its answers and tables."""

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import Settings

from characters.benchmarks.answer_requests import ANSWERS
from characters.benchmarks.general_data import export_general
from characters.benchmarks.loading import load_path
from characters.models import AnswerSet, Benchmark, Tuning
from characters.uploads import MOST_MEGABYTES
from tests.characters.benchmarks.answers import MODELS_FILE, make_benchmark, request, work_off
from tests.factories import make_staff
from tests.rolellm.references import DATA

pytestmark = pytest.mark.django_db
ASKED = {
    "ask": "1",
    "model": "actor",
    "elicitation": "dialogue",
    "rows": "4",
    "roles": "Coriolanus",
    "part": "",
    "name": "",
    "seed": "73",
    "samples": "1",
    "temperature": "0.7",
    "top_p": "0.95",
    "max_tokens": "200",
}


@pytest.fixture(autouse=True)
def scripted(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def text_of(response) -> str:
    """Return the text of a page, with single spaces."""
    return " ".join(strip_tags(response.text.replace("<", " <")).split())


def page_of(benchmark: Benchmark) -> str:
    return f"/benchmarks/{benchmark.token}/"


def upload(client, content: str, filename: str = "rows.jsonl", **fields):
    file = SimpleUploadedFile(filename, content.encode())
    told = {
        "name": "Mine",
        "file": file,
        "roles": "",
        "choose": "",
        "most_words": "100",
        "duplicate": "0.5",
        "seed": "73",
    }
    return client.post("/load-benchmark/", told | fields)


def test_the_list_names_every_benchmark_with_its_rows_and_answers(client) -> None:
    assert "No benchmarks yet." in text_of(client.get("/benchmarks/"))
    make_benchmark()
    assert "roles English 120 1 " in text_of(client.get("/benchmarks/"))


def test_an_uploaded_file_becomes_a_benchmark(client) -> None:
    row = json.dumps({"role": "Coriolanus", "question": "Who are you?", "generated": ["I am Marcius."]})
    response = upload(client, row)
    benchmark = Benchmark.objects.get()
    assert (response.status_code, response.url) == (302, page_of(benchmark))
    assert "rows.jsonl 1 test row" in text_of(client.get(response.url))
    upload(client, "Name three colours.\n", "instructions.txt", name="Bare", roles="Coriolanus\nMenenius")
    assert Benchmark.objects.get(name="Bare").rows.count() == 2


def test_an_upload_with_a_mistake_stores_nothing_and_says_what_to_do(client) -> None:
    response = upload(client, '{"role": "Coriolanus"}\n')
    assert response.status_code == 422
    assert "Line 1 of rows.jsonl is not a RoleBench row" in text_of(response)
    assert "Name the roles that are to answer" in text_of(upload(client, "Who?\n", "text.txt"))
    large = upload(client, "x" * (MOST_MEGABYTES * 1_000_000 + 1))
    assert "rolebench load FILE" in text_of(large)
    assert not Benchmark.objects.exists()


def test_instructions_can_be_chosen_and_those_left_out_are_listed_with_their_reasons(client) -> None:
    asked = "What is rain?\nWhat is rain?\nName three colours.\nSing me <b>all</b> of the songs that you know!\n"
    choice = {"roles": "Coriolanus", "choose": "3", "most_words": "5"}
    response = upload(client, asked, "texts.txt", **choice)
    benchmark = Benchmark.objects.get()
    assert benchmark.files[0]["choice"] == {"most": 3, "most_words": 5, "threshold": 0.5, "seed": 73}
    assert "Read the instructions that were left out" in text_of(client.get(response.url))
    said = text_of(client.get(f"{page_of(benchmark)}left-out/"))
    assert "all (2) left out as too long (1) left out as a repetition of another one (1)" in said
    assert "4 Sing me &lt;b&gt;all&lt;/b&gt; of the songs that you know! It has 9 words" in said
    assert "Similarity 1.00 to “What is rain?”" in said
    only = text_of(client.get(f"{page_of(benchmark)}left-out/?reason=duplicate"))
    assert "What is rain?" in only and "Sing me" not in only
    assert "No instruction was left out." in text_of(client.get(f"{page_of(make_benchmark())}left-out/"))


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"most_words": "50"}, "Enter how many instructions to choose, or leave the other fields unchanged."),
        ({"choose": "0"}, "Choose at least one instruction, of at least one word."),
        ({"choose": "1", "duplicate": "nan"}, "Enter a number."),
    ],
)
def test_a_choice_that_cannot_be_made_stores_nothing(client, choice: dict[str, str], sentence: str) -> None:
    response = upload(client, "What is rain?\n", "texts.txt", roles="Coriolanus", **choice)
    assert (response.status_code, Benchmark.objects.count()) == (422, 0)
    assert sentence in text_of(response)
    assert "<details open>" in response.text


def test_a_benchmarks_page_shows_files_roles_and_scores_beside_the_papers(client) -> None:
    said = text_of(client.get(page_of(make_benchmark())))
    assert "role_specific/rolegpt_baseline.jsonl 30 answers; 30 test rows without an answer" in said
    assert "general/train.jsonl missing" in said
    assert "1 of 2 roles has no stored character" in said
    assert "Coriolanus not audited Jack Sparrow Files" in said
    assert "Paper: RoleLLaMA-7B – 41.3 41.1 25.7 36.0" in said
    assert "ROUGE-L recall as in the package rouge 1.0.1, best reference" in said
    assert "the first 20 test rows without an answer" in said


def test_a_model_is_started_and_its_answers_are_shown_with_everything(client) -> None:
    benchmark = make_benchmark()
    response = client.post(page_of(benchmark), ASKED)
    assert (response.status_code, response.url) == (302, f"{page_of(benchmark)}#answers")
    answer_set = AnswerSet.objects.get(model="actor")
    assert (answer_set.is_queued, answer_set.answers.count()) == (True, 4)
    work_off(answer_set)
    said = text_of(client.get(page_of(benchmark)))
    assert "actor, dialogue finished 4 of 4" in said
    listed = text_of(client.get(f"{page_of(benchmark)}answers/{answer_set.token}/"))
    assert "actor, dialogue, temperature 0.7, top-p 0.95, at most 200 tokens, seed 73." in listed
    assert "I banish you all." in listed
    assert "&lt;think&gt;Who am I?&lt;/think&gt;I banish you all." in listed
    assert "Pair 5 (BM25" in listed


def test_a_request_that_cannot_be_met_says_why_and_starts_nothing(client) -> None:
    benchmark = make_benchmark()
    response = client.post(page_of(benchmark), ASKED | {"roles": ""})
    assert response.status_code == 422
    assert "Nothing was started. Some roles cannot be played (not stored: Jack Sparrow)." in text_of(response)
    assert client.post(page_of(benchmark), ASKED | {"temperature": "3"}).status_code == 422
    assert not AnswerSet.objects.exclude(model="").exists()


def test_answers_are_paused_and_resumed(client) -> None:
    benchmark = make_benchmark()
    client.post(page_of(benchmark), ASKED)
    answer_set = AnswerSet.objects.get(model="actor")
    client.post(page_of(benchmark), {"pause": answer_set.token})
    answer_set.refresh_from_db()
    assert answer_set.state == AnswerSet.State.PAUSED
    client.post(page_of(benchmark), {"start": answer_set.token})
    answer_set.refresh_from_db()
    assert answer_set.state == AnswerSet.State.RUNNING
    published = benchmark.answer_sets.get(model="")
    said = text_of(client.post(page_of(benchmark), {"start": published.token}, follow=True))
    assert "There are no such answers." in said


def test_the_live_part_is_sent_only_if_it_has_changed(client) -> None:
    benchmark = make_benchmark()
    answer_set = request(benchmark)
    client.post(page_of(benchmark), {"start": answer_set.token})
    live = client.get(f"{page_of(benchmark)}answers/")
    seen = live.text.split('"seen": "')[1].split('"')[0]
    assert client.get(f"{page_of(benchmark)}answers/?seen={seen}").status_code == 204
    work_off(answer_set)
    done = client.get(f"{page_of(benchmark)}answers/?seen={seen}")
    assert (done.status_code, "hx-get" in done.text) == (200, False)


def test_tables_are_downloaded_with_all_digits_and_for_latex(client) -> None:
    benchmark = load_path(DATA / "rolebench-zh", "chinese")
    sent = client.get(f"{page_of(benchmark)}tables/scores-instruction.csv")
    [header, first, *paper] = list(csv.reader(StringIO(sent.text)))
    found = dict(zip(header, first, strict=True))
    assert found["Answers"] == "RoleGPT (published)"
    assert float(found["SPE"]) == pytest.approx(24.7786, abs=1e-4)
    assert (found["RAW"], found["Mean"]) == ("", "")
    assert [row[0] for row in paper][-1] == "Paper: RoleGLM"
    latex = client.get(f"{page_of(benchmark)}tables/roles-instruction.tex").text
    assert r"\toprule" in latex
    assert "李白" in latex
    assert client.get(f"{page_of(benchmark)}tables/scores-role.csv").status_code == 404
    assert client.get(f"{page_of(benchmark)}tables/scores-instruction.pdf").status_code == 404


def test_only_staff_see_benchmarks(client) -> None:
    benchmark = make_benchmark()
    for address in ("/benchmarks/", page_of(benchmark), f"{page_of(benchmark)}tables/scores-role.csv"):
        assert Client().get(address).status_code == 302


def test_answers_are_exported_as_the_command_writes_them(client, tmp_path: Path) -> None:
    answer_set = work_off(request(make_benchmark(), samples=2))
    at = f"{page_of(answer_set.benchmark)}answers/{answer_set.token}/export/"
    assert "General-instruction data" in text_of(client.get(at))
    with ZipFile(BytesIO(client.get(at, {"test_share": "0.5", "seed": "7"}).content)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    folder = tmp_path / "data"
    export_general(answer_set, folder, 0.5, 7)
    assert found == {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.jsonl")}
    refused = client.get(at, {"test_share": "1", "seed": "7"})
    assert (refused.status_code, "below 1" in text_of(refused)) == (422, True)


def test_answers_and_benchmarks_are_deleted_after_a_question_that_counts_what_goes(client) -> None:
    answer_set = work_off(request(make_benchmark()))
    page = page_of(answer_set.benchmark)
    at = f"{page}answers/{answer_set.token}/remove/"
    assert "Delete actor, dialogue? This deletes 4 answers. You cannot undo this." in text_of(client.get(at))
    assert AnswerSet.objects.count() == 2
    assert "actor, dialogue has been deleted: 1 answer set, 4 answers." in text_of(client.post(at, follow=True))
    assert "This deletes 120 rows, 1 answer set, 30 answers." in text_of(client.get(f"{page}remove/"))
    assert "roles has been deleted: 1 benchmark, 120 rows" in text_of(client.post(f"{page}remove/", follow=True))
    assert not Benchmark.objects.exists()


def test_what_is_being_answered_or_learned_from_is_not_deleted(client) -> None:
    answer_set = request(make_benchmark())
    ANSWERS.start(answer_set)
    page = page_of(answer_set.benchmark)
    for at in (f"{page}remove/", f"{page}answers/{answer_set.token}/remove/"):
        said = text_of(client.post(at, follow=True))
        assert "actor, dialogue is still being answered. Pause it first. Nothing was deleted." in said
    ANSWERS.pause(answer_set)
    tuning = Tuning.objects.create(name="nobles", model="base", configuration={"sources": {"benchmarks": ["roles"]}})
    said = text_of(client.post(f"{page}remove/", follow=True))
    assert "The tuning nobles learns from roles and is not finished. Wait until it is, or cancel it." in said
    assert Benchmark.objects.exists()
    Tuning.objects.filter(pk=tuning.pk).update(state=Tuning.State.CANCELLED)
    client.post(f"{page}remove/")
    assert not Benchmark.objects.exists()
