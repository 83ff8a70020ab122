"""How people leave: what they read, and the code or address that a recruiting platform expects."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Farewell:
    """What a person reads at the end: Markdown, a code for the platform, and the address of the platform."""

    kind: str
    text: str
    code: str = ""
    address: str = ""

    @property
    def platform(self) -> str:
        """The address in short."""
        return (urlsplit(self.address).hostname or "").removeprefix("www.")
