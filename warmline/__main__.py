"""`python -m warmline` is the same as the `warmline` script."""

from __future__ import annotations

from warmline.cli import main

if __name__ == "__main__":
    main()
