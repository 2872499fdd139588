#!/bin/sh
# Make the virtual environment from a lock file: install.sh VENV LOCK
# Quiet when all is well; the whole log is shown when something fails.
set -eu
venv=$1
lock=$2

find_python() {
    for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        # A pyenv shim answers to names that it cannot run, and some systems split venv off.
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
            >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "Warmline needs Python 3.11 or newer with its venv module." >&2
    if python3 --version >/dev/null 2>&1; then
        echo "Found only $(python3 --version 2>&1), or one without venv." >&2
    fi
    echo "Install it (on Debian: python3 and python3-venv), or name it: make PYTHON=/path/to/python3.12" >&2
    exit 1
}

python=$(find_python)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

quietly() {
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        echo "Failed: $*" >&2
        exit 1
    fi
}

# An environment that works is brought up to date; one that was moved or broken is made anew.
works() {
    case "$(head -n 1 "$venv/bin/pip" 2>/dev/null)" in
        "#!$(pwd)/$venv/bin/python"*) ;;
        *) return 1 ;;
    esac
    "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

echo "Making $venv from $lock with $("$python" --version) (about a minute) ..."
if works; then
    rm -f "$venv"/.ready-*
else
    rm -rf "$venv"
    quietly "$python" -m venv "$venv"
fi
# What the lock installs is what the lock names: hashes required, nothing resolved here.
quietly "$venv/bin/python" -m pip install --disable-pip-version-check --no-input \
    --require-hashes -r "$lock"
quietly "$venv/bin/python" -m pip install --disable-pip-version-check --no-input \
    --no-build-isolation --no-deps --no-index -e .
