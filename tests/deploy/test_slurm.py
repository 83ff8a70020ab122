"""The script that starts workers on a Slurm cluster, run with a stub ``srun``."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.installation import BASE_DIR

SCRIPT = BASE_DIR / "deploy" / "slurm.sbatch"
SERVICES = {"DATABASE_URL": "postgres://roleplay@db/roleplay", "CELERY_BROKER_URL": "redis://broker/0"}
SRUN = """#!/bin/bash
# Run the command once for each task, like srun; options come first.
echo "$SRUN_CPUS_PER_TASK" > {folder}/cpus
while [[ $1 == --* ]]; do echo "$1" >> {folder}/options; shift; done
for ((task = 0; task < SLURM_NTASKS; task++)); do SLURM_PROCID=$task "$@"; done
"""
PYTHON = """#!/bin/bash
echo "$VAR_DIR $*" >> {folder}/started
env > {folder}/environment
"""


class Cluster:
    """A login node whose ``srun`` and Python only record how they are called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        self.environment = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(folder),
            "PYTHON": str(folder / "bin" / "python"),
            "SLURM_SUBMIT_DIR": str(BASE_DIR),
            "SLURM_NTASKS": "2",
            "SLURM_CPUS_PER_TASK": "12",
        }
        self.add("srun", SRUN)
        self.add("python", PYTHON)
        self.write_environment(**SERVICES)

    def add(self, name: str, script: str) -> None:
        """Add a program of this name."""
        path = self.folder / "bin" / name
        path.write_text(script.format(folder=self.folder), "utf-8")
        path.chmod(0o755)

    def write_environment(self, **settings: str) -> None:
        lines = (f"{name}={value}\n" for name, value in settings.items())
        (self.folder / "roleplay.env").write_text("".join(lines), "utf-8")

    def submit(self, *models: str) -> subprocess.CompletedProcess[str]:
        """Run the script as Slurm does: as a copy, elsewhere."""
        copy = self.folder / "slurm_script"
        copy.write_text(SCRIPT.read_text("utf-8"), "utf-8")
        command = ["bash", str(copy), *models]
        return subprocess.run(command, cwd="/", env=self.environment, capture_output=True, text=True, timeout=60)

    def read(self, name: str) -> list[str]:
        """Return the lines that a program recorded."""
        return (self.folder / name).read_text("utf-8").splitlines()


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path)


def test_each_task_starts_a_worker_with_its_models(cluster: Cluster) -> None:
    done = cluster.submit("mixtral,llama-2", "vicuna,llama-2")
    assert done.returncode == 0, done.stderr
    commands = [line.partition(" ")[2] for line in cluster.read("started")]
    assert commands == [
        "manage.py worker --models mixtral,llama-2 --loglevel INFO",
        "manage.py worker --models vicuna,llama-2 --loglevel INFO",
    ]
    assert "serves mixtral,llama-2.\n" in done.stdout


def test_with_fewer_lists_than_tasks_the_lists_are_used_again(cluster: Cluster) -> None:
    cluster.environment["SLURM_NTASKS"] = "5"
    cluster.submit("a", "b")
    assert [re.findall(r"--models (\w)", line)[0] for line in cluster.read("started")] == ["a", "b", "a", "b", "a"]


def test_workers_get_the_addresses_of_the_file_and_a_folder_for_each_node(cluster: Cluster) -> None:
    cluster.write_environment(**SERVICES, MODELS_FILE="/shared/models.toml", VAR_DIR=str(cluster.folder / "workers"))
    cluster.submit("a")
    environment = set(cluster.read("environment"))
    assert {f"{name}={value}" for name, value in SERVICES.items()} <= environment
    assert "MODELS_FILE=/shared/models.toml" in environment
    folder = Path(cluster.read("started")[0].partition(" ")[0])
    assert folder.parent == cluster.folder / "workers"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_srun_labels_the_log_keeps_the_other_tasks_and_gets_the_cores(cluster: Cluster) -> None:
    cluster.submit("a")
    assert cluster.read("options") == ["--label", "--wait=0", "--kill-on-bad-exit=0"]
    assert cluster.read("cpus") == ["12"]


def test_the_tasks_are_asked_to_stop_before_the_time_limit() -> None:
    options = re.findall(r"^#SBATCH (\S+)$", SCRIPT.read_text("utf-8"), re.M)
    assert "--signal=TERM@120" in options  # without "B:", so that it reaches the workers, not the script
    assert "--open-mode=append" in options  # a requeued job continues its log


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"DATABASE_URL": ""}, "Set DATABASE_URL to the site's PostgreSQL (postgres://…) in "),
        ({"DATABASE_URL": "sqlite:////shared/db.sqlite3"}, "Set DATABASE_URL to the site's PostgreSQL"),
        ({"CELERY_BROKER_URL": ""}, "Set CELERY_BROKER_URL to the site's Redis (redis://…) in "),
        ({"CELERY_BROKER_URL": "filesystem://localhost"}, "Set CELERY_BROKER_URL to the site's Redis"),
    ],
)
def test_services_that_nodes_cannot_share_are_refused_in_one_sentence(
    cluster: Cluster, settings: dict[str, str], sentence: str
) -> None:
    cluster.write_environment(**SERVICES | settings)
    assert refusal(cluster, "a").startswith(sentence)


def refusal(cluster: Cluster, *models: str) -> str:
    """Return the sentence with which the script ends before it starts anything."""
    done = cluster.submit(*models)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not (cluster.folder / "started").exists()
    return done.stderr


def test_missing_models_are_one_sentence(cluster: Cluster) -> None:
    assert refusal(cluster).startswith("Name the models of each task, for example: sbatch --ntasks=2 ")


def test_a_missing_environment_file_is_one_sentence(cluster: Cluster) -> None:
    cluster.environment["ROLEPLAY_ENV"] = "/missing.env"
    assert refusal(cluster, "a") == "The environment file /missing.env does not exist. Correct ROLEPLAY_ENV.\n"


def test_another_folder_is_one_sentence(cluster: Cluster) -> None:
    cluster.environment["SLURM_SUBMIT_DIR"] = str(cluster.folder)
    assert "is not the checkout. Run sbatch in the folder that contains manage.py." in refusal(cluster, "a")


def test_a_missing_installation_is_one_sentence(cluster: Cluster) -> None:
    cluster.environment["PYTHON"] = str(cluster.folder / "nothing")
    assert "nothing does not exist. Install the checkout on the cluster, or set PYTHON." in refusal(cluster, "a")
