"""The embedded model with a small engine, for which nothing is measured and little memory is filled."""

from pathlib import Path

from tests.installation import BASE_DIR


def write_models(folder: Path, slots: int = 4, max_tokens: int = 500) -> Path:
    """Write a models file with the embedded model alone, as it is shipped but for its engine and the length of its answers."""
    text = (BASE_DIR / "models.toml").read_text("utf-8").split("[models.smollm2]")[0]
    for shipped, ours in (
        ("tiny/tiny.gguf", str(BASE_DIR / "tiny" / "tiny.gguf")),
        ("slots = 64", f"slots = {slots}\nthreads = 1\nprocesses = 1\nflash_attention = false"),
        ("max_tokens = 500", f"max_tokens = {max_tokens}"),
    ):
        assert shipped in text
        text = text.replace(shipped, ours)
    file = folder / "models.toml"
    file.write_text(text, "utf-8")
    return file
