"""The content security policy refuses anything inline: no template may hold it. Icons must be in the sprite."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "script address": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
    "inline script": re.compile(
        r"<script\b(?![^>]*\ssrc=)(?![^>]*type=[\"']application/json)", re.IGNORECASE
    ),
    "hx-on attribute": re.compile(r"\bhx-on[:\-a-z]*=", re.IGNORECASE),
    "address of elsewhere": re.compile(
        r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE
    ),
}
ICON_IN_TEMPLATE = re.compile(r"\{%\s*icon\s+[\"']([a-z0-9-]+)[\"']")
ICON_IN_CODE = re.compile(r"icon(?:_name)?\s*=\s*[\"']([a-z0-9-]+)[\"']")


def templates() -> list[Path]:
    """Every template of ours, in the project's folder and in the apps."""
    base = Path(settings.BASE_DIR)
    folders = [base / "templates", *base.glob("family_support/*/templates"), *base.glob("*/templates")]
    return sorted(
        {file for folder in folders if "node_modules" not in str(folder) for file in folder.rglob("*.html")}
    )


def inline_parts(text: str) -> list[str]:
    """What the text holds that the policy refuses."""
    return [name for name, pattern in INLINE.items() if pattern.search(text)]


def test_templates_are_found() -> None:
    assert len(templates()) > 40


def test_nothing_inline() -> None:
    found = {str(file): parts for file in templates() if (parts := inline_parts(file.read_text()))}
    assert found == {}


@pytest.mark.parametrize(
    ("planted", "name"),
    [
        ('<p style="color:red">', "style attribute"),
        ("<button class='a' onclick='go()'>", "event attribute"),
        ("<style>p{}</style>", "style element"),
        ('<a href="javascript:go()">', "script address"),
        ("<script>go()</script>", "inline script"),
        ('<script type="module">go()</script>', "inline script"),
        ('<form hx-on:click="go()">', "hx-on attribute"),
        ('<script src="https://cdn.example/x.js"></script>', "address of elsewhere"),
    ],
)
def test_planted_violation_is_found(planted: str, name: str) -> None:
    assert name in inline_parts(planted)


def test_data_for_scripts_is_allowed() -> None:
    assert (
        inline_parts(
            '<script type="application/json">{"a": 1}</script><script src="/static/x.js" defer></script>'
        )
        == []
    )


def sprite() -> set[str]:
    """The names of the icons that the build puts into the sprite."""
    return set(json.loads((Path(settings.BASE_DIR) / "frontend/icons.json").read_text()))


def test_icons_of_templates_are_in_the_sprite() -> None:
    used = {name for file in templates() for name in ICON_IN_TEMPLATE.findall(file.read_text())}
    assert used - sprite() == set()


def test_icons_of_code_are_in_the_sprite() -> None:
    base = Path(settings.BASE_DIR)
    folders = ["family_support", "cases", "assessments", "ipr", "interagency", "monitoring"]
    files = [file for folder in folders for file in (base / folder).rglob("*.py")]
    used = {name for file in files for name in ICON_IN_CODE.findall(file.read_text())}
    assert used - sprite() == set()
    assert used


def test_an_icon_that_nobody_has_is_noticed() -> None:
    assert set(ICON_IN_TEMPLATE.findall('{% icon "no-such-icon" %}')) - sprite() == {"no-such-icon"}
