"""Errors that actions raise and the edge answers: ``{"code", "detail", "fields"}``, translated, never
echoing a value.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Messages = Text | Iterable[Text]


class AppError(Exception):
    """An expected refusal: ``code`` for machines, ``detail`` for people, ``fields`` form field ->
    message(s).
    """

    status = 400
    default_code = "error"
    default_detail: Text = _("The request cannot be carried out.")

    def __init__(
        self,
        code: str = "",
        detail: Text | None = None,
        fields: Mapping[str, Messages] | None = None,
    ) -> None:
        self.code = code or self.default_code
        self.detail: Text = self.default_detail if detail is None else detail
        self.fields: dict[str, list[Text]] = {
            name: [text] if isinstance(text, str | Promise) else list(text)
            for name, text in (fields or {}).items()
        }
        super().__init__(self.code)

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"

    def as_dict(self) -> dict[str, Any]:
        """The body of an API answer, in the active language."""
        return {
            "code": self.code,
            "detail": str(self.detail),
            "fields": {name: [str(text) for text in texts] for name, texts in self.fields.items()},
        }


class Invalid(AppError):  # noqa: N818 - read as words: raise Invalid
    """400: wrong or missing input; ``fields`` puts each message beside its form field."""

    status = 400
    default_code = "invalid"
    default_detail = _("Check the marked fields.")

    @classmethod
    def from_validation(cls, error: ValidationError, field: str = "") -> "Invalid":
        """The same messages as an Invalid; ``field`` names the form field of an error that has none of its
        own.
        """
        if hasattr(error, "error_dict"):
            return cls(fields={name: list(texts) for name, texts in error.message_dict.items()})
        code = getattr(error, "code", None) or (error.error_list[0].code if error.error_list else None)
        if field:
            return cls(code or "", fields={field: list(error.messages)})
        return cls(code or "", " ".join(str(text) for text in error.messages))


class Unauthenticated(AppError):  # noqa: N818
    """401: no token, or one that is wrong, over or taken back."""

    status = 401
    default_code = "unauthenticated"
    default_detail = _("A valid access token is needed.")


class Forbidden(AppError):  # noqa: N818
    """403: the whole function is closed to the role."""

    status = 403
    default_code = "forbidden"
    default_detail = _("Your role does not allow this.")


class Missing(AppError):  # noqa: N818
    """404: does not exist, or out of scope: the same answer byte for byte."""

    status = 404
    default_code = "missing"
    default_detail = _("Not found.")


class MethodRefused(AppError):  # noqa: N818
    """405: the address does not take this method."""

    status = 405
    default_code = "method_not_allowed"
    default_detail = _("This address does not take this method.")


class Conflict(AppError):  # noqa: N818
    """409: a stale version, a state that forbids the step, or the same thing done twice."""

    status = 409
    default_code = "conflict"
    default_detail = _("The record has changed meanwhile. Open it again and repeat your change.")


class TooLarge(AppError):  # noqa: N818
    """413: the body is larger than the address takes."""

    status = 413
    default_code = "too_large"
    default_detail = _("The body is larger than allowed.")


class Unsupported(AppError):  # noqa: N818
    """415: the body is of a kind that the address does not read."""

    status = 415
    default_code = "unsupported_media_type"
    default_detail = _("The body is of a kind that is not read here.")


class KeyReused(AppError):  # noqa: N818
    """422: the same idempotency key came with another body."""

    status = 422
    default_code = "key_reused"
    default_detail = _("This form was already sent with other content. Open the form again.")


class TooMany(AppError):  # noqa: N818
    """429: too many calls or wrong attempts; ``retry_after`` in seconds."""

    status = 429
    default_code = "too_many"
    default_detail = _("Too many requests. Try again later.")

    def __init__(self, *args: Any, retry_after: int = 60, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.retry_after = retry_after


@contextmanager
def invalid_field(field: str) -> Iterator[None]:
    """Turn a validator's ValidationError inside the block into ``Invalid`` for one form field."""
    try:
        yield
    except ValidationError as error:
        raise Invalid.from_validation(error, field) from error
