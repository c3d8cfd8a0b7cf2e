"""Bodies read strictly: what two readers could understand differently is refused, not guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.parsers import BaseParser, MultiPartParser

from family_support.base import validators
from family_support.base.api.errors import shown_name
from family_support.base.errors import Invalid, TooLarge, Unsupported

# Bytes of a body, and how deep it may nest: far beyond what any of our endpoints needs.
LARGEST = 256 * 1024
DEEPEST = 16
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_DECLARED = re.compile(r"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


class _Duplicate(ValueError):
    """An object names a member twice."""


class _Number(ValueError):
    """A number that is none, or that no reader holds."""


def read_text(stream: Any, media_type: str, context: Mapping[str, Any] | None) -> str:
    """The body as text: bounded, and UTF-8 only. Errors: TooLarge, Unsupported, Invalid."""
    request = (context or {}).get("request")
    declared = str(request.META.get("CONTENT_LENGTH") or "0") if request is not None else "0"
    if declared.isdecimal() and int(declared) > LARGEST:
        raise TooLarge
    charset = re.search(r"charset\s*=\s*\"?([\w.-]+)", media_type or "", re.IGNORECASE)
    if charset and charset[1].lower().replace("-", "") != "utf8":
        raise Unsupported("charset", _("The body has to be UTF-8."))
    raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise TooLarge
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("charset", _("The body has to be UTF-8.")) from error


class OneFileParser(MultiPartParser):
    """A form that is one file, in a part of its own named `file`."""

    # Boundaries and headers of the parts, beside the file itself.
    beside = 16 * 1024

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """The file by its name. Errors: TooLarge, Invalid for a broken form, no file, several, anything beside it."""
        request = (parser_context or {}).get("request")
        declared = str(request.META.get("CONTENT_LENGTH") or "") if request is not None else ""
        if not declared.isdecimal() or int(declared) == 0:
            raise Invalid("body_empty", _("The body is empty."))
        if int(declared) > settings.ATTACHMENT_MAX_SIZE + self.beside:
            raise TooLarge
        try:
            found = super().parse(stream, media_type, parser_context)
        except exceptions.ParseError as error:
            raise Invalid("form_broken", _("The form cannot be read.")) from error
        unknown = {*found.data, *found.files} - {"file"}
        if unknown or "file" in found.data:
            raise Invalid(
                "unknown_field", fields={"*": _("The form holds one file, named file, and nothing else.")}
            )
        if len(found.files.getlist("file")) != 1:
            raise Invalid("file_missing", fields={"file": _("Exactly one file is needed.")})
        return {"file": found.files["file"]}


class StrictJSONParser(BaseParser):
    """JSON as RFC 8259 has it: no duplicate members, no NaN, no number beyond a double, bounded depth and size."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value. Errors: Invalid with a code of its own for each defect, TooLarge, Unsupported."""
        return parse_json(read_text(stream, media_type or "", parser_context))


def parse_json(text: str) -> Any:
    """As `StrictJSONParser`, for a text."""
    _check_depth(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_float, parse_int=_int
        )
    except _Duplicate as error:
        raise Invalid("json_duplicate", _("The JSON names a member twice.")) from error
    except _Number as error:
        raise Invalid("json_number", _("The JSON holds a number that cannot be read.")) from error
    except json.JSONDecodeError as error:
        detail = _("The body is not valid JSON: line {line}, column {column}.")
        raise Invalid("json_broken", str(detail).format(line=error.lineno, column=error.colno)) from error
    _check_texts(value)
    return value


def _check_depth(text: str) -> None:
    depth = deepest = 0
    for sign in _STRINGS.sub("", text):
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    if deepest > DEEPEST:
        raise Invalid("json_deep", _("The body is nested too deeply."))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Duplicate
    return found


def _no_number(name: str) -> NoReturn:
    raise _Number


def _float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _Number
    return number


def _int(text: str) -> int:
    if len(text) > 20:
        raise _Number
    return int(text)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, text) of every text and member name."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, below in value.items():
            yield path, name
            yield from _texts(below, ".".join(part for part in (path, shown_name(name)) if part))
    elif isinstance(value, list):
        for place, below in enumerate(value):
            yield from _texts(below, f"{path}.{place}" if path else str(place))


def _check_texts(value: Any) -> None:
    """No null characters, broken characters or turned writing anywhere: they could not be stored, or would lie."""
    for path, text in _texts(value):
        try:
            validators.check_text(text)
        except ValidationError as error:
            raise Invalid.from_validation(error, path or "*") from error


class StrictXMLParser(BaseParser):
    """XML without declarations of types or entities, without attributes, mixed text or repeated elements.

    The view says which elements are lists: ``xml_lists = {"members": "member"}``; ``xml_root`` names the root.
    """

    media_type = "application/xml"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """A dict of texts, lists and dicts. Errors: Invalid, TooLarge, Unsupported."""
        view = (parser_context or {}).get("view")
        text = read_text(stream, media_type or "", parser_context)
        return parse_xml(text, root=getattr(view, "xml_root", ""), lists=getattr(view, "xml_lists", {}))


class StrictTextXMLParser(StrictXMLParser):
    """The same under the older name of the kind."""

    media_type = "text/xml"


def parse_xml(text: str, *, root: str, lists: Mapping[str, str]) -> dict[str, Any]:
    """As `StrictXMLParser`, for a text."""
    declared = _DECLARED.match(text.lstrip("\ufeff \r\n\t"))
    if declared and declared[1].lower() not in ("utf-8", "utf8"):
        raise Invalid("charset", _("The body has to be UTF-8."))
    try:
        tree = fromstring(text, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except ParseError as error:
        line, column = error.position
        detail = _("The body is not well-formed XML: line {line}, column {column}.")
        raise Invalid("xml_broken", str(detail).format(line=line, column=column + 1)) from error
    except DefusedXmlException as error:
        raise Invalid(
            "xml_forbidden", _("The XML declares types or entities: they are not read here.")
        ) from error
    except ValueError as error:
        raise Invalid("xml_broken", _("The body is not well-formed XML.")) from error
    if tree.tag != root:
        raise Invalid("xml_root", str(_("The root element has to be {name}.")).format(name=root))
    value = _element(tree, lists, 1)
    if not isinstance(value, dict):
        raise Invalid("xml_shape", _("The XML has another shape than the schema."))
    _check_texts(value)
    return value


def _element(node: Element, lists: Mapping[str, str], depth: int) -> Any:
    if depth > DEEPEST:
        raise Invalid("xml_deep", _("The body is nested too deeply."))
    children = list(node)
    item = lists.get(node.tag)
    if (
        node.attrib
        or (children and (node.text or "").strip())
        or any((each.tail or "").strip() for each in children)
    ):
        raise Invalid("xml_shape", _("The XML has another shape than the schema."))
    if item is not None:
        if any(each.tag != item for each in children) or (node.text or "").strip():
            raise Invalid("xml_shape", _("The XML has another shape than the schema."))
        return [_element(each, lists, depth + 1) for each in children]
    if not children:
        return node.text or ""
    found: dict[str, Any] = {}
    for each in children:
        if each.tag in found:
            raise Invalid("xml_duplicate", _("The XML repeats an element."))
        found[each.tag] = _element(each, lists, depth + 1)
    return found
