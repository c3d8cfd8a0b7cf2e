"""Every due date on a page leads to how it came about."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("templates", "family_support", "interagency", "monitoring", "staffing")
SHOWN = re.compile(r"{% (badge [\w.]*due\b|countdown )")
LEADS = re.compile(r"deadline-explain|due_url")
# The pieces themselves.
PIECES = {"family_support/deadlines/templates/deadlines/explain.html"}


def bare(text: str) -> list[int]:
    """Lines that show how long is left and lead nowhere."""
    lines = enumerate(text.splitlines(), start=1)
    return [number for number, line in lines if SHOWN.search(line) and not LEADS.search(line)]


def test_a_badge_of_a_due_date_is_a_way_to_its_explanation() -> None:
    found = [path for app in APPS for path in (ROOT / app).rglob("*.html")]
    assert len(found) > 100
    wrong = {str(path.relative_to(ROOT)): lines for path in found if (lines := bare(path.read_text("utf-8")))}
    assert {name: lines for name, lines in wrong.items() if name not in PIECES} == {}


def test_one_that_leads_nowhere_is_found() -> None:
    assert bare(
        "{% badge line.due %}\n<a href=\"{% url 'deadline-explain' 1 %}\">{% badge row.due %}</a>"
    ) == [1]
    assert bare("{% countdown term.due_at now %}") == [1]
