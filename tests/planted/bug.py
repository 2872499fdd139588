"""What a planted bug is: one small change of one file, and what it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bug:
    """Replace ``old``, which stands in ``file`` exactly once, by ``new``."""

    name: str
    file: str
    old: str
    new: str
    breaks: str

    def planted(self, tree: Path) -> str:
        """The text of the file with the bug in it. Raises ValueError when it does not fit."""
        text = (tree / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            found = text.count(self.old)
            raise ValueError(f"{self.name}: {self.file} holds the place {found} times, not once")
        return text.replace(self.old, self.new)
