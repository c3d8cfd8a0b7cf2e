"""Committed pages of docs/ are what the code would write now."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from family_support.base import docs


def test_committed_pages_are_up_to_date() -> None:
    call_command("write_docs", check=True)


def test_a_stale_page_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "_pages", {**docs._pages, "planted.md": lambda: "# Planted"})
    with pytest.raises(CommandError, match="planted.md"):
        call_command("write_docs", check=True)
    assert not (Path(settings.BASE_DIR) / "docs" / "planted.md").exists()


def test_two_writers_of_a_page_are_refused() -> None:
    def first() -> str:
        return ""

    def second() -> str:
        return ""

    second.__module__ = "elsewhere"
    docs.page("planted-twice.md")(first)
    try:
        with pytest.raises(ValueError, match="planted-twice.md"):
            docs.page("planted-twice.md")(second)
    finally:
        docs._pages.pop("planted-twice.md")
