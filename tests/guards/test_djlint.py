"""djLint reads the templates."""

from pathlib import Path

from tests.guards.programs import python


def test_planted_violation_is_found(tmp_path: Path) -> None:
    page = tmp_path / "planted.html"
    page.write_text('<div class="a" class="b"><img src="x.png"></div>\n<a href="/cases/1/">x</a>\n')
    code, output = python("-m", "djlint", "--lint", "--configuration", "pyproject.toml", page)
    assert code == 1
    assert "H013" in output, "an image without alt"
    assert "H037" in output, "an attribute given twice"
    assert "D018" in output, "an internal address typed by hand"


def test_clean_page_passes(tmp_path: Path) -> None:
    page = tmp_path / "clean.html"
    page.write_text('<p class="lead">{% translate "Text" %}</p>\n')
    assert python("-m", "djlint", "--lint", "--configuration", "pyproject.toml", page)[0] == 0
