#!/bin/sh
# A Chromium for the browser tests: the one that is here, the system's package, or Playwright's.
# Usage: tests/browser/install.sh [PYTHON]. Exit 0 also without one: the tests then say so and skip.
set -u
PYTHON=${1:-.venv/bin/python}

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

echo "Browser tests: no Chromium here; installing one …"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    if apt-get update -qq >/dev/null && \
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    then
        command -v chromium >/dev/null 2>&1 && exit 0
    fi
fi
if "$PYTHON" -m playwright install chromium >/dev/null 2>&1; then
    exit 0
fi
cat >&2 <<'END'
Browser tests: no Chromium could be installed; these tests will be skipped.
  Debian, Ubuntu:  sudo apt-get install chromium
  Fedora:          sudo dnf install chromium
  macOS:           brew install --cask chromium
  elsewhere:       .venv/bin/python -m playwright install chromium
END
exit 0
