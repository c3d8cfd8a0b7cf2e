"""A stand-in for the renderer of papers, where a test asks who gets a paper and not what is in it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings

from family_support.documents.render import render_pdf


def no_pdf(*args: Any, **kwargs: Any) -> bytes:
    return b"%PDF-1.7"


def without_papers(monkeypatch: pytest.MonkeyPatch, stand_in: Callable[..., bytes] = no_pdf) -> None:
    """Until the test ends every module has the stand-in under the renderer's name.

    All pages are imported before: a module that came only now would keep the stand-in for good.
    """
    import_module(settings.ROOT_URLCONF)
    for module in list(sys.modules.values()):
        if getattr(module, "render_pdf", None) is render_pdf:
            monkeypatch.setattr(module, "render_pdf", stand_in)
