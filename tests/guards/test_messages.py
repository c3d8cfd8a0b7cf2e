"""A message that is missing, fuzzy, obsolete or out of step with the sources is found."""

from pathlib import Path

import pytest

from local import messages

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nLanguage: ru\\n"\n\n'
GOOD = 'msgid "Case"\nmsgstr "Дело"\n\n'
BAD = {
    "untranslated": 'msgid "Plan"\nmsgstr ""\n',
    "fuzzy": '#, fuzzy\nmsgid "Plan"\nmsgstr "Планшет"\n',
    "obsolete": '#~ msgid "Plan"\n#~ msgstr "План"\n',
}


def catalog(folder: Path, entries: str) -> Path:
    """A .po file with these entries."""
    path = folder / "django.po"
    path.write_text(HEADER + entries)
    return path


@pytest.mark.parametrize("kind", BAD)
def test_planted_fault_is_found(tmp_path: Path, kind: str) -> None:
    path = catalog(tmp_path, GOOD + BAD[kind])
    assert messages.faults(path) == [f"{path}: {kind}: Plan"]


@pytest.mark.parametrize("shown", ["%(day)s дейін", "{day} бастап", "Жоспар %(day)s кейін"])
def test_figures_without_their_case_are_found(tmp_path: Path, shown: str) -> None:
    """Kazakh joins "until" and "from" to a case; figures alone have none."""
    path = catalog(tmp_path, GOOD + f'msgid "Plan"\nmsgstr "{shown}"\n')
    assert any("no case" in fault for fault in messages.faults(path))
    path = catalog(tmp_path, GOOD + 'msgid "Plan"\nmsgstr "%(day)s күніне дейін"\n')
    assert messages.faults(path) == []


def test_lost_placeholder_is_found(tmp_path: Path) -> None:
    path = catalog(tmp_path, '#, python-format\nmsgid "%(n)s cases"\nmsgstr "дела"\n')
    assert any("%(n)s" in fault or "'n'" in fault for fault in messages.faults(path))


def test_catalog_out_of_step_is_found(tmp_path: Path) -> None:
    path = catalog(tmp_path, GOOD)
    assert messages.faults(path) == []
    assert messages.strangers(path, ["Case"]) == []
    assert messages.strangers(path, ["Plan"]) == [
        f"{path}: not in the catalog: Plan",
        f"{path}: no longer used: Case",
    ]


def test_sources_are_read(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/__init__.py").write_text('from x import gettext as _\n\n_("From Python")\n')
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/page.html").write_text('{% load i18n %}{% translate "From a template" %}')
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/__init__.py").write_text('_("From a test")\n')
    assert sorted(messages.extracted(tmp_path)) == ["From Python", "From a template"]
