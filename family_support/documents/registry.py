"""What can be rendered, and who may have it: filled by upper apps in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from family_support.base.actor import Actor


@dataclass(frozen=True, slots=True)
class Renderer:
    """How one kind of subject becomes one format of file.

    `render(subject id, language)` gives the whole file; `visible(actor)` the primary keys of the subjects the actor may
    have on paper, as `.values("pk")`; `file_name(subject id)` a name without ending and without personal data;
    `case_of(subject id)` the case for the read log, or None where no person is in it.
    """

    render: Callable[[int, str], bytes]
    visible: Callable[[Actor], QuerySet]
    file_name: Callable[[int], str]
    case_of: Callable[[int], int | None]


_renderers: dict[tuple[str, str], Renderer] = {}


def _no_case(subject_id: int) -> int | None:
    return None


def register_renderer(
    subject_type: str,
    file_format: str,
    *,
    render: Callable[[int, str], bytes],
    visible: Callable[[Actor], QuerySet],
    file_name: Callable[[int], str],
    case_of: Callable[[int], int | None] = _no_case,
) -> None:
    """Say how a subject type ("app.model") becomes a format ("pdf", "xlsx"); see `Renderer`."""
    _renderers[subject_type, file_format] = Renderer(render, visible, file_name, case_of)


def renderer(subject_type: str, file_format: str) -> Renderer:
    """Errors: LookupError when no app registered one."""
    try:
        return _renderers[subject_type, file_format]
    except KeyError:
        raise LookupError(f"nobody renders {subject_type} as {file_format}") from None


def renderers() -> dict[tuple[str, str], Renderer]:
    return dict(_renderers)
