"""Lock files hold names, versions and hashes: no address of a registry, no path of somebody's machine."""

import re

import pytest

from tests.guards.programs import ROOT

NPM = [ROOT / "package-lock.json", ROOT / "tests/browser/chromium/package-lock.json"]
LOCKS = sorted([*ROOT.glob("requirements*.txt"), *NPM])
FOREIGN = re.compile(
    r"://|--(?:index-url|extra-index-url|find-links|trusted-host)|\bfile:|(?:^|[\s\"=])(?:\.{0,2}/|~/)\w"
)


def foreign(text: str) -> list[str]:
    """The lines that only hold for one machine or one registry."""
    return [line for line in text.splitlines() if FOREIGN.search(line) and '"url"' not in line]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_lock_file_is_portable(path) -> None:
    assert foreign(path.read_text()) == []


@pytest.mark.parametrize(
    "path", [path for path in LOCKS if path.suffix == ".txt"], ids=lambda path: path.name
)
def test_every_requirement_has_hashes(path) -> None:
    blocks = re.split(r"\n(?=\S)", path.read_text().split("\n# ")[0])
    assert [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block] == []


def versions(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.M))


def quarrels(texts: list[str]) -> set[str]:
    """Packages that two lock files pin to different versions: they could not be installed together."""
    found: dict[str, set[str]] = {}
    for text in texts:
        for name, version in versions(text).items():
            found.setdefault(name, set()).add(version)
    return {name for name, pinned in found.items() if len(pinned) > 1}


def test_lock_files_agree() -> None:
    texts = [path.read_text() for path in LOCKS if path.suffix == ".txt"]
    assert quarrels(texts) == set()
    assert quarrels([*texts, "django==1.0 \\\n"]) == {"django"}


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://registry.invalid/simple",
        '      "resolved": "https://registry.invalid/x.tgz",',
        "django @ file:///home/somebody/django",
        "--find-links /srv/wheels",
        "-e ../django",
        '  "version": "file:vendor/x"',
    ],
)
def test_planted_line_is_found(line: str) -> None:
    assert foreign(f"django==5.2.1 \\\n    --hash=sha256:0a\n{line}\n") == [line]
