"""The walker's eye: what axe must not overlook, and that what it finds ends the walk."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from tests.browser.walker import Walker

BROKEN = """<!doctype html><html lang="ru"><title>Page</title>
<main><h1>Heading</h1><p style="color: #bbb; background: #fff">Pale</p><input name="unnamed"></main></html>"""


def test_a_pale_text_and_a_field_without_a_label_are_seen(wide: Page) -> None:
    walker = Walker(wide, "")
    wide.goto(f"data:text/html;charset=utf-8,{quote(BROKEN)}")
    with_colours = {rule for rule, _element in walker._violations(contrast=True)}
    assert with_colours == {"color-contrast", "label"}
    assert {rule for rule, _element in walker._violations(contrast=False)} == {"label"}
    with pytest.raises(AssertionError, match="color-contrast"):
        walker.look()
