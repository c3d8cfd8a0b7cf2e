"""What the read log calls a look has words in every language: no code of ours is read as the name of what was read."""

import ast
from collections.abc import Iterator
from pathlib import Path

from cases.page import tabs
from cases.readings import KINDS, REASONS

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "assessments",
    "cases",
    "family_support",
    "interagency",
    "ipr",
    "mobile_groups",
    "monitoring",
    "shelter",
    "staffing",
)


def looks() -> Iterator[tuple[str, ast.Call]]:
    """Every call that writes to the read log, with where it stands."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if "log_read" not in text:
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("log_read", "log_reads"):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def literals(node: ast.expr) -> Iterator[str]:
    """The texts an expression may begin with, as far as they are written in it."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=[ast.Constant(value=str() as text), *_rest]):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from literals(one)
            yield from literals(other)


def test_every_look_has_a_name() -> None:
    named = {where: list(literals(call.args[2])) for where, call in looks()}
    assert len(named) > 30
    strange = {
        where: text for where, texts in named.items() for text in texts if text.split(" ")[0] not in KINDS
    }
    assert not strange
    # The timeline is the case's own page and is written down as the case.
    assert {tab.code for tab in tabs()} - {"timeline"} <= KINDS.keys()


def test_reasons_are_codes_with_words_or_what_a_person_wrote() -> None:
    """A reason put into words when it is stored would be read in the language of who looked."""
    for where, call in looks():
        if len(call.args) > 3:
            assert not any(isinstance(each, ast.Call) for each in ast.walk(call.args[3])), where
            assert {text for text in literals(call.args[3]) if text} <= REASONS.keys(), where
