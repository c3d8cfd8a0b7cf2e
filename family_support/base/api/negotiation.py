"""The API answers in JSON, whatever a client says it would rather have."""

from collections.abc import Sequence
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches


class OnlyJSON(BaseContentNegotiation):
    """The first renderer; the parser by the kind of the body, and none for a kind that no parser reads."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser | None:
        """The parser of the body's kind, or None: 415."""
        kind = request.content_type or ""
        return next((parser for parser in parsers if media_type_matches(parser.media_type, kind)), None)

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: Any = None
    ) -> tuple[BaseRenderer, str]:
        """JSON."""
        return renderers[0], str(renderers[0].media_type)
