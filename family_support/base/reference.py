"""Reference data shipped with an app: files that a lawyer can review, loaded once and then the ministry's to
edit.
"""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from typing import Any


def read_json(package: str, name: str) -> Any:
    """A JSON file of the package's `reference` folder."""
    return json.loads(_text(package, name))


def read_csv(package: str, name: str) -> list[dict[str, str]]:
    """A CSV file of the package's `reference` folder, a dictionary a row."""
    return list(csv.DictReader(_text(package, name).splitlines()))


def _text(package: str, name: str) -> str:
    return (files(package) / "reference" / name).read_text(encoding="utf-8")
