"""The translations checked with gettext's own tools: nothing missing, fuzzy, obsolete or out of date."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local.place import ROOT

# The sources are English, so English needs no catalog.
LANGUAGES = ("ru", "kk")
# Kazakh: "until" and "from" ask for a case that bare figures cannot take ("30.11.2026 күніне дейін").
BARE = re.compile(r"(?:\)s|\}) (?:дейін|бастап|кейін)\b")
MESSAGE = re.compile(r'^msgid ((?:".*"\n)+)', re.MULTILINE)


def _gettext(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def _msgids(catalog: str) -> list[str]:
    """The msgids of a catalog's text, without the header's empty one."""
    found = ("".join(line[1:-1] for line in match.splitlines()) for match in MESSAGE.findall(catalog))
    return [text for text in found if text]


def faults(catalog: Path) -> list[str]:
    """What is wrong inside one .po file: each fault as a line naming the message."""
    found = []
    checks = {"untranslated": ["--untranslated", "--no-obsolete"], "fuzzy": ["--only-fuzzy", "--no-obsolete"]}
    for kind, options in checks.items():
        found += [
            f"{catalog}: {kind}: {text}"
            for text in _msgids(_gettext("msgattrib", "--no-wrap", *options, catalog))
        ]
    obsolete = _gettext("msgattrib", "--only-obsolete", "--no-wrap", catalog).replace("#~ ", "")
    found += [f"{catalog}: obsolete: {text}" for text in _msgids(obsolete)]
    translated = _gettext("msgattrib", "--no-obsolete", "--no-wrap", catalog)
    found += [f"{catalog}: no case: {line}" for line in translated.splitlines() if BARE.search(line)]
    broken = subprocess.run(
        ["msgfmt", "--check-format", "-o", "/dev/null", str(catalog)],
        check=False,
        capture_output=True,
        text=True,
    )
    return found + [f"{catalog}: {line}" for line in broken.stderr.splitlines() if broken.returncode]


def strangers(catalog: Path, sources: Sequence[str]) -> list[str]:
    """Messages of the sources that the catalog lacks, and messages of it that no source has any more."""
    kept, wanted = set(_msgids(_gettext("msgattrib", "--no-obsolete", "--no-wrap", catalog))), set(sources)
    return [f"{catalog}: not in the catalog: {text}" for text in sorted(wanted - kept)] + [
        f"{catalog}: no longer used: {text}" for text in sorted(kept - wanted)
    ]


EXTRACT = """
import django, django.conf, django.core.management
django.conf.settings.configure()
django.setup()
django.core.management.call_command(
    "makemessages", locale=["xx"], extensions=["html,py,txt,xml"], symlinks=True, no_obsolete=True,
    no_location=True, no_wrap=True, verbosity=0,
)
"""


def extracted(root: Path) -> list[str]:
    """The messages that the sources below the root hold now, by Django's own `makemessages`.

    It writes where it reads, so it reads through links from a throw-away folder.
    """
    sources = [
        path.parent for path in root.glob("*/__init__.py") if path.parent.name not in {"local", "tests"}
    ]
    with tempfile.TemporaryDirectory() as folder:
        for source in (*sources, root / "templates"):
            if source.is_dir():
                Path(folder, source.name).symlink_to(source.absolute())
        Path(folder, "locale").mkdir()
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        subprocess.run([sys.executable, "-c", EXTRACT], check=True, cwd=folder, env=environment)
        return _msgids(Path(folder, "locale/xx/LC_MESSAGES/django.po").read_text())


def main() -> int:
    """Check the catalogs of the checkout; 1 and a line per fault if there are any."""
    sources = extracted(ROOT)
    found = []
    for language in LANGUAGES:
        catalog = ROOT / f"locale/{language}/LC_MESSAGES/django.po"
        if not catalog.exists():
            found.append(f"{catalog.relative_to(ROOT)} is missing")
            continue
        found += faults(catalog) + strangers(catalog, sources)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
