"""What a planted bug is: one small change of the program, and what it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``old``, which stands in ``file`` exactly once, by ``new``."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Bug:
    """Replace ``old``, which stands in ``file`` exactly once, by ``new``.

    Where a second mechanism of ours catches what the first lets through, one of the two alone
    changes nothing that people notice: ``also`` holds the edits that take the others away.
    """

    name: str
    file: str
    old: str
    new: str
    breaks: str
    also: tuple[Edit, ...] = ()

    def planted(self, tree: Path) -> dict[str, str]:
        """The text of every file it changes, with the bug in it. Raises ValueError when it does
        not fit."""
        texts: dict[str, str] = {}
        for edit in (Edit(self.file, self.old, self.new), *self.also):
            if edit.file not in texts:
                texts[edit.file] = (tree / edit.file).read_text(encoding="utf-8")
            found = texts[edit.file].count(edit.old)
            if found != 1:
                raise ValueError(
                    f"{self.name}: {edit.file} holds the place {found} times, not once"
                )
            texts[edit.file] = texts[edit.file].replace(edit.old, edit.new)
        return texts
