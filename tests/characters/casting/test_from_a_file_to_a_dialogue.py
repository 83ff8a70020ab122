"""From files to a dialogue with the embedded model, as a researcher does it in a terminal."""

import json
from pathlib import Path

from tests.embedded_model import write_models
from tests.installation import Installation

SAID = [("MENENIUS", "How fast can you run?"), ("MARCIUS", "Faster than any man of Rome."), ("MENENIUS", "And then?")]
SAID += [("MARCIUS", "Then I rest."), ("VOLUMNIA", "Will you come home?"), ("MARCIUS", "When the war is won.")]


def test_a_character_from_files_plays_a_goal_and_answers_as_a_chatbot(tmp_path: Path) -> None:
    site = Installation(tmp_path / "var", {"MODELS_FILE": str(write_models(tmp_path))})
    Installation(site.var_dir).load_demo()
    descriptions, script, out = (tmp_path / name for name in ("desc.json", "play.txt", "dialogues.jsonl"))
    descriptions.write_text(json.dumps({"Coriolanus": "You are a Roman general."}), "utf-8")
    script.write_text("ACT I\n\n" + "\n\n".join(f"{speaker}\n{words}" for speaker, words in SAID), "utf-8")
    site.manage("characters", "import", str(script), "--name", "Coriolanus", "--alias", "MARCIUS")
    site.manage("characters", "import", str(descriptions))
    site.manage("characters", "cast", "Coriolanus", "--study", "demo")
    played = ("--personas", "characters", "--responder-character", "Coriolanus", "--goals", "7", "--max-turns", "2")
    options = ("--inquirer", "tiny", "--responder", "tiny", "--json", "--out", str(out))
    summary = json.loads(site.manage("simulate", "demo", *played, *options, timeout=600).stdout)
    [dialogue] = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert summary["dialogues"] == 1
    assert (dialogue["persona_id"], dialogue["character"], dialogue["elicitation"]) == (
        "Coriolanus",
        "Coriolanus",
        "dialogue",
    )
    assert dialogue["responder_character"] == "Coriolanus"
    assert sorted(dialogue["inquirer"]["character"]["pairs"]) == [0, 1, 2]
    assert dialogue["outputs"][0]["raw"].strip()
    assert dialogue["outputs"][0]["prompt_tokens"] > 200, "the system text and the pairs reach the model"
