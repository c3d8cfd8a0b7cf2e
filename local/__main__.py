"""Entry point of `./run` and `./check`."""

import os
import sys

from local import check, run
from local.processes import Stopped, stop_on_signals
from local.terminal import Trouble, complain


def main() -> int:
    """Run the command named by the first argument; the process's exit code."""
    commands = {"run": run.main, "check": check.main}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        complain(f"Usage: python -m local {{{'|'.join(commands)}}} [arguments]")
        return 2
    os.umask(0o022)  # the services' user must be able to read what set-up makes
    try:
        stop_on_signals()
        return commands[sys.argv[1]](sys.argv[2:])
    except Stopped as stopped:
        complain(f"Stopped by {stopped}.")
        return 0 if sys.argv[1] == "run" else 130
    except Trouble as trouble:
        complain(f"\n{trouble}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
