"""The pages of tunings, without a browser: who may see them, what a mistake says, the losses as a file."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from characters.models import LossPoint, Tuning
from characters.tuning.curve import draw_curve
from characters.tuning.folders import read_samples
from characters.tuning.form import NUMBERS
from characters.tuning.requests import request_tuning
from characters.tuning.sources import Sources
from characters.uploads import MOST_MEGABYTES
from rolellm.tuning.recipe import Recipe
from tests.characters.tuning.rows import write_models, write_rows
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def tuning(models: Path, tmp_path: Path, settings: Settings) -> Tuning:
    settings.MODELS_FILE, settings.VAR_DIR = models, tmp_path / "var"
    rows, descriptions = write_rows(tmp_path)
    sources = Sources(files=(rows,), descriptions=descriptions)
    found = request_tuning(models, "two", "base", sources, Recipe())
    Tuning.objects.update(steps=4, step=2)
    for step, loss in ((1, 4.0), (2, 3.0)):
        LossPoint.objects.create(tuning=found, step=step, epoch=step / 4, loss=loss, learning_rate=1e-5, seconds=60)
    return found


@pytest.fixture
def client(tuning: Tuning) -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def test_the_page_says_what_is_learned_and_how_far_it_is(client: Client, tuning: Tuning) -> None:
    said = client.get(f"/tunings/{tuning.token}/").text
    assert "8 samples of 2 roles." in said
    assert "2</strong> of 4 steps" in said
    assert "Loss by step: 4.000 at the beginning, 3.000 at the latest step (-25%)" in said
    Tuning.objects.update(state=Tuning.State.RUNNING)
    assert "about 2 min left" in client.get(f"/tunings/{tuning.token}/").text


def test_a_page_that_shows_everything_is_not_sent_again(client: Client, tuning: Tuning) -> None:
    at = f"/tunings/{tuning.token}/progress/"
    first = client.get(at)
    Tuning.objects.update(state=Tuning.State.RUNNING)
    seen = client.get(at).text.partition("seen=")[2].partition('"')[0]
    assert first.status_code == 200
    assert client.get(f"{at}?seen={seen}").status_code == 204
    Tuning.objects.update(step=3)
    assert client.get(f"{at}?seen={seen}").status_code == 200


def test_losses_are_downloaded_as_csv(client: Client, tuning: Tuning) -> None:
    lines = client.get(f"/tunings/{tuning.token}/losses.csv").text.splitlines()
    assert lines == ["step,epoch,loss,learning_rate,seconds", "1,0.25,4.0,1e-05,60.0", "2,0.5,3.0,1e-05,60.0"]


def test_a_mistake_in_the_form_is_said_and_nothing_is_stored(client: Client) -> None:
    sent = {
        name: getattr(Recipe(), name) for name in ("variant", "markup", "modules", "rank", "alpha", "dropout", "rate")
    }
    sent |= {"batch": 4, "accumulation": 2, "epochs": 5, "input_tokens": 512, "output_tokens": 512, "seed": 73}
    response = client.post("/new-tuning/", sent | {"name": "new", "model": "base"})
    assert response.status_code == 422
    assert "There are no rows to learn from." in response.text
    response = client.post("/new-tuning/", sent | {"name": "new", "model": "base", "rate": "2"})
    assert "The learning rate is 2." in response.text
    assert Tuning.objects.count() == 1


def test_published_rows_and_descriptions_can_be_uploaded(client: Client, tmp_path: Path) -> None:
    numbers = {name: getattr(Recipe(), name) for name in NUMBERS}
    told = {"model": "base", "variant": "system", "markup": "own", "modules": "q and v"} | numbers
    rows, described = (path.read_bytes() for path in write_rows(tmp_path))
    files = [SimpleUploadedFile(name, rows) for name in ("3-train.jsonl", "train.jsonl", "train.jsonl")]
    descriptions = SimpleUploadedFile("desc.json", described)
    response = client.post("/new-tuning/", told | {"name": "three", "rows": files, "descriptions": descriptions})
    found = Tuning.objects.get(name="three")
    assert (response.status_code, found.samples, found.is_queued) == (302, 24, True)
    assert found.configuration["sources"]["files"] == ["3-train.jsonl", "train.jsonl", "3-3-train.jsonl"]
    assert found.configuration["sources"]["descriptions"] == "desc.json"
    assert len(read_samples(Path(found.folder))) == 24


def test_rows_can_be_limited_to_roles(client: Client, tmp_path: Path) -> None:
    rows, described = (path.read_bytes() for path in write_rows(tmp_path))
    told = {"name": "one", "model": "base", "variant": "system", "markup": "own", "modules": "q and v"}
    told |= {name: str(getattr(Recipe(), name)) for name in NUMBERS}

    def send(roles: str) -> Any:
        uploads = {
            "rows": SimpleUploadedFile("train.jsonl", rows),
            "descriptions": SimpleUploadedFile("d.json", described),
        }
        return client.post("/new-tuning/", told | uploads | {"roles": roles})

    assert "No row has the role &#x27;Eve&#x27;. Choose from: Ann, Bob." in send("Eve").text
    assert send("Ann\r\n\r\n").status_code == 302
    found = Tuning.objects.get(name="one")
    assert (found.samples, found.configuration["roles"]) == (4, ["Ann"])


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (b'{"role": "Ann"}', "Line 1 of train.jsonl is not a RoleBench row"),
        (b"x" * (MOST_MEGABYTES * 1_000_000 + 1), "python manage.py rocit train --rows FILE"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_nothing_is_stored(client: Client, rows: bytes, sentence: str) -> None:
    told = {"name": "three", "model": "base", "variant": "system", "markup": "own", "modules": "q and v"}
    told |= {name: str(getattr(Recipe(), name)) for name in NUMBERS}
    response = client.post("/new-tuning/", told | {"rows": SimpleUploadedFile("train.jsonl", rows)})
    assert (response.status_code, sentence in response.text) == (422, True)
    assert Tuning.objects.count() == 1


def test_only_the_team_sees_tunings(tuning: Tuning) -> None:
    for at in ("/tunings/", "/new-tuning/", f"/tunings/{tuning.token}/", f"/tunings/{tuning.token}/losses.csv"):
        assert Client().get(at).status_code == 302


def test_a_tuning_is_cancelled_and_resumed(client: Client, tuning: Tuning) -> None:
    for action, state in (("start", "running"), ("pause", "paused"), ("cancel", "cancelled"), ("start", "running")):
        client.post(f"/tunings/{tuning.token}/", {"action": action})
        tuning.refresh_from_db()
        assert tuning.state == state


def test_a_curve_begins_at_the_left_and_has_round_marks() -> None:
    curve = draw_curve([4.2, 3.1, 2.0, 1.0], 8)
    assert curve is not None
    points = [tuple(map(float, point.split(","))) for point in curve.steps.split()]
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert points[0][1] < points[-1][1]  # down the page is less
    assert [tick.text for tick in curve.up] == ["0", "1", "2", "3", "4", "5"]
    assert [tick.text for tick in curve.across] == ["0", "2", "4", "6", "8"]
    assert max(x for x, _ in points) < curve.right
    assert draw_curve([], 8) is None


def test_a_long_curve_is_thinned() -> None:
    curve = draw_curve([5.0] * 10_000, 10_000)
    assert curve is not None
    assert len(curve.steps.split()) <= 301
