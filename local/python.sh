# Sourced by ./run and ./check: sets PYTHON to a Python 3.11-3.13 that can make virtual environments.
# shellcheck shell=sh

needed="python3 python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libmagic1 gettext"

# Started as root, the services run as nobody, who must be able to start the same Python.
usable() {
    "$1" -c 'import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || return 1
    [ "$(id -u)" -ne 0 ] || setpriv --reuid=nobody --clear-groups "$1" -c pass 2>/dev/null
}

find_python() {
    for PYTHON in python3 python3.13 python3.12 python3.11 /usr/bin/python3 \
        /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3.11; do
        PYTHON=$(command -v "$PYTHON") && usable "$PYTHON" && return 0
    done
    return 1
}

if ! find_python; then
    if ! command -v apt-get >/dev/null; then
        echo "Needed: Python 3.11, 3.12 or 3.13 with its venv module. Install it and start again." >&2
        exit 1
    elif [ "$(id -u)" -ne 0 ]; then
        printf 'System packages are missing. Type this, then start again:\n\n    sudo apt-get install -y --no-install-recommends %s\n\n' \
            "$needed" >&2
        exit 1
    fi
    echo "-> installing system packages: $needed"
    apt-get update -q >/dev/null
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $needed >/dev/null
    if ! find_python; then
        echo "This system's Python is not 3.11, 3.12 or 3.13: install one of these and start again." >&2
        exit 1
    fi
fi
