"""The systemd units and their environment files."""

import re
import shlex
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dialogue.models_file import parse_models
from jobs.management.commands.worker import Command
from tests.installation import BASE_DIR

DEPLOY = BASE_DIR / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
HARDENED = {"NoNewPrivileges": "true", "PrivateTmp": "true", "UMask": "0077"}


def service(name: str) -> dict[str, str]:
    return section(name, "Service")


def section(name: str, title: str) -> dict[str, str]:
    parser = RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / name, "utf-8")
    return dict(parser[title])


def settings(name: str) -> dict[str, str]:
    """Return the settings of an environment file, also those that are commented out."""
    lines = re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", (DEPLOY / name).read_text("utf-8"), re.M)
    return dict(lines)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_every_service_is_hardened_and_starts_again_after_a_failure(unit: Path) -> None:
    found = service(unit.name)
    assert HARDENED.items() <= found.items()
    assert found["ProtectSystem"] in ("strict", "full")
    assert "DynamicUser" not in found or found["ProtectSystem"] == "strict", (
        "DynamicUser= would imply the stricter value"
    )
    assert found["Restart"] == "on-failure"
    assert found.get("User", "") == "roleplay" or found["DynamicUser"] == "yes", "it would run as root"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_settings_of_every_service_are_in_an_environment_file(unit: Path) -> None:
    found = service(unit.name)
    file = found["EnvironmentFile"].removeprefix("/etc/").replace("%N", unit.stem)
    assert set(re.findall(r"\$\{?([A-Z_]+)", found["ExecStart"])) <= settings(file).keys()


def test_a_worker_of_one_gpu_is_started_with_options_that_the_command_has() -> None:
    _, manage, command, *options = shlex.split(service("roleplay-worker@.service")["ExecStart"].replace("%i", "1"))
    chosen = Command().create_parser(manage, command).parse_args(options)
    assert (chosen.gpu, chosen.models) == (1, "${GPU_MODELS}")


@pytest.mark.parametrize("unit", ["roleplay-worker", "roleplay-worker@"])
def test_a_worker_with_a_wrong_option_is_not_started_again(unit: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("worker", "--models", "nobody")
    assert service(f"{unit}.service")["RestartPreventExitStatus"] == str(refusal.value.returncode)


@pytest.mark.parametrize(("key", "status"), [("", 1), ("a key", 0)])
def test_vllm_is_not_started_without_a_key(key: str, status: int) -> None:
    check = shlex.split(service("roleplay-vllm.service")["ExecStartPre"])
    assert subprocess.run(check, env={"VLLM_API_KEY": key}, check=False).returncode == status


def test_vllm_with_wrong_settings_is_not_started_for_ever() -> None:
    unit, found = section("roleplay-vllm.service", "Unit"), service("roleplay-vllm.service")
    starts = int(unit["StartLimitBurst"])
    assert int(unit["StartLimitIntervalSec"]) > starts * int(found["RestartSec"]), "the limit would never be reached"


def test_vllm_is_reached_only_from_this_machine_and_reads_its_key_from_the_environment() -> None:
    command = shlex.split(service("roleplay-vllm.service")["ExecStart"])
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert "--api-key" not in command  # the list of processes would show it to everybody
    assert "VLLM_API_KEY" in settings("roleplay-vllm.env")


def test_vllm_adds_no_sampling_settings_of_the_models_authors() -> None:
    command = shlex.split(service("roleplay-vllm.service")["ExecStart"])
    assert command[command.index("--generation-config") + 1] == "vllm"


def test_vllm_serves_what_the_example_in_models_toml_describes() -> None:
    text = (BASE_DIR / "models.toml").read_text("utf-8")
    example = re.search(r"^# \[models\.mixtral-vllm\]\n(# .+\n)+", text, re.M)
    assert example
    file = parse_models(re.sub("^# ", "", example[0], flags=re.M), Path("models.toml"))
    assert not file.mistakes
    spec, vllm = file.models["mixtral-vllm"], settings("roleplay-vllm.env")
    assert (spec.model, spec.base_url) == (vllm["NAME"], f"http://127.0.0.1:{vllm['PORT']}/v1")
    assert f"--max-num-seqs {spec.requests} " in vllm["OPTIONS"]
    assert (spec.key_env or "") in settings("roleplay.env")


def test_vllm_does_not_take_the_port_of_the_site() -> None:
    site = service("roleplay-web.service")["ExecStart"]
    assert f"--port {settings('roleplay-vllm.env')['PORT']} " not in site
