"""Ruff bans what the project has a better word for, and names the word."""

import pytest

from tests.guards.programs import python

BANNED = {
    "from celery import shared_task\n": "family_support.base.tasks.task",
    "from datetime import datetime\nmoment = datetime.now(tz=None)\n": "family_support.base.clock.now",
    "from datetime import datetime\nmoment = datetime.utcnow()\n": "family_support.base.clock.now",
    "import datetime\nday = datetime.date.today()\n": "family_support.base.clock.today",
    "from django.utils import timezone\nmoment = timezone.now()\n": "family_support.base.clock.now",
    "from django.core.mail import send_mail\n": "family_support.notifications",
    "from guardian.shortcuts import get_objects_for_user\n": "visible_to(actor)",
}
VIOLATIONS = {
    "A": "def f(id):\n    return id\n",
    "B": "def f(x=[]):\n    return x\n",
    "C4": "x = list([i for i in 'ab'])\n",
    "DJ": "from django.db import models\n\n\nclass M(models.Model):\n    name = models.TextField()\n",
    "DTZ": "import datetime\n\nx = datetime.datetime(2026, 1, 1)\n",
    "E": "x = 1; y = 2\n",
    "F": "import os\n",
    "I": "import sys\nimport os\n\nprint(sys, os)\n",
    "N": "def Wrong():\n    pass\n",
    "PT": "import pytest\n\n\n@pytest.fixture()\ndef f():\n    assert 1 and 2\n",
    "S": "import os\n\nos.system('ls ' + input())\n",
    "SIM": "def f(x):\n    if x:\n        return True\n    else:\n        return False\n",
    "TID": "from . import models\n\nprint(models)\n",
    "UP": "from typing import List\n\nx: List[int] = []\n",
    "W": "x = 1  \n",
}


def ruff(source: str) -> tuple[int, str]:
    """Ruff's verdict on the source as if it lay in an app."""
    arguments = ("check", "--output-format=concise", "--stdin-filename", "cases/planted.py", "-")
    return python("-m", "ruff", *arguments, stdin=source)


@pytest.mark.parametrize(("source", "replacement"), BANNED.items())
def test_ban_names_the_replacement(source: str, replacement: str) -> None:
    code, output = ruff(source)
    assert code == 1
    assert any("TID251" in line and replacement in line for line in output.splitlines()), output


@pytest.mark.parametrize("family", VIOLATIONS)
def test_family_is_on(family: str) -> None:
    code, output = ruff(VIOLATIONS[family])
    assert code == 1
    assert any(
        line.split()[1].rstrip(":").startswith(family) for line in output.splitlines() if ".py:" in line
    ), output


def test_clean_source_passes() -> None:
    assert ruff('"""Fine."""\n\nx = 1\n')[0] == 0


def test_format_is_checked() -> None:
    assert python(
        "-m", "ruff", "format", "--check", "--stdin-filename", "cases/planted.py", "-", stdin="x = 'a'\n"
    )[0]
