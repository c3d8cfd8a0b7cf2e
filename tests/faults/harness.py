"""`python -m tests.faults.harness`: the run at any size; exit code 1 when a promise does not hold.

Needs DATABASE_URL and DATABASE_OWNER_URL of a server that holds, or gets, the template of the tests; the run itself has
servers of its own. `./check --faults-full` calls it so.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from tests.faults.servers import Servers


def main() -> int:
    """Print the counts, and which promises were broken."""
    parser = argparse.ArgumentParser(description="Kill everything while deadlines come due, and count.")
    parser.add_argument("--deadlines", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--json", type=Path, help="also write the counts into this file")
    parser.add_argument("--quiet", action="store_true", help="print the counts only")
    parser.add_argument("--short", action="store_true", help="leave out the silence of beat and worker")
    given = parser.parse_args()
    with Servers() as servers:
        servers.fill()
        report = _run(servers, given)
    print(f"\nseed {given.seed}")
    print("\n".join(report.lines()))
    broken = report.broken()
    print("\n" + ("\n".join(f"BROKEN: {each}" for each in broken) if broken else "Every promise held."))
    if given.json:
        given.json.write_text(json.dumps({**asdict(report), "broken": broken}, indent=1, default=str))
    return 1 if broken else 0


def _run(servers: Servers, given: argparse.Namespace):  # type: ignore[no-untyped-def]  # its module needs Django first
    from tests.faults import moving

    file = servers.folder / "clock"
    file.touch()
    os.environ |= servers.env | {
        moving.VARIABLE: str(file),
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
    }
    from tests.faults.begin import BEGINS

    moving.set_out(file, BEGINS)
    import django

    django.setup()
    from tests.faults.storm import Storm

    say = (lambda text: None) if given.quiet else (lambda text: print(text, flush=True))
    folder = servers.folder / "parts"
    folder.mkdir()
    storm = Storm(
        servers,
        folder,
        deadlines=given.deadlines,
        kills=given.kills,
        seed=given.seed,
        say=say,
        short=given.short,
    )
    return storm.run()


if __name__ == "__main__":
    sys.exit(main())
