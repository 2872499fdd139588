"""How many lines of a trace are judged in a second: ``python -m tests.verify.speed FILE [TIMES]``.

The trace is judged TIMES times over, each time later and with other calls and customers, so that
what the checker must remember grows as it would in a long campaign. Reading JSON is not counted.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from warmline.verify import Checker

GAP = 1000.0
_SID = re.compile(r'"(?:CA|CF)[0-9a-f]{32}"|[?&]c=[0-9a-f]{32}')


def main(file: Path, times: int) -> None:
    """Print the figure."""
    text = file.read_text(encoding="utf-8")
    last = json.loads(text.splitlines()[-1])["t"] + GAP
    checker = Checker()
    count, seconds = 0, 0.0
    for turn in range(times):
        renamed = _SID.sub(lambda found, turn=turn: _other(found[0], turn), text)  # type: ignore[misc]
        lines = [json.loads(line) for line in renamed.splitlines()]
        for line in lines:
            line["t"] += turn * last
        began = time.process_time()
        for line in lines:
            checker.feed(line)
        seconds += time.process_time() - began
        count += len(lines)
    began = time.process_time()
    checker.finish()
    seconds += time.process_time() - began
    print(f"{count} lines in {seconds:.2f} s of processor time: {count / seconds:,.0f} a second")


def _other(word: str, turn: int) -> str:
    """The same sid or contact, of another turn."""
    end = len(word) - 1 if word.endswith('"') else len(word)
    return f"{word[: end - 4]}{turn:04x}{word[end:]}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20)
