"""The field of a state; and encrypted fields: AES-GCM per value, unchanged values keep their ciphertext, no search but
by a blind index.

A value read from the database carries its ciphertext, the instance remembers it, and saving the same content
writes the same ciphertext again: history shows only what really changed.
"""

import json
from typing import Any, cast

from django import forms
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute
from django_fsm import FSMField

from family_support.base import crypto
from family_support.base.crypto import DecryptionError, blind_index

__all__ = ["DecryptionError", "EncryptedJSONField", "EncryptedTextField", "StateField", "blind_index"]


class StateField(FSMField):
    """A state that only transitions change; in migrations the plain text that it is.

    A migration renders its models hundreds of times, and every rendered machine would stay a listener of all that are
    rendered after it: a third of the time to make a database.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "protected": True})

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """As a CharField."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("protected")
        return name, "django.db.models.CharField", args, kwargs


class SealedText(str):
    """A decrypted text with the ciphertext that it came from."""

    token: str

    def __new__(cls, text: str, token: str) -> "SealedText":
        sealed = super().__new__(cls, text)
        sealed.token = token
        return sealed

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.token


class SealedDict(dict[str, Any]):
    """A decrypted JSON object with the ciphertext that it came from."""

    token: str
    plain: str


class SealedList(list[Any]):
    """A decrypted JSON array with the ciphertext that it came from."""

    token: str
    plain: str


class SealedAttribute(DeferredAttribute):
    """Remembers on the instance what the database holds, so that an equal value assigned later is no
    change.
    """

    def __set__(self, instance: models.Model, value: Any) -> None:
        token = getattr(value, "token", None)
        if token is not None:
            instance.__dict__[_memory(self.field)] = (getattr(value, "plain", None) or str(value), token)
        instance.__dict__[self.field.attname] = value


def _memory(field: Any) -> str:
    return f"_sealed_{field.attname}"


class _EncryptedField(models.TextField):
    """What both fields share; subclasses turn the value into text and back."""

    descriptor_class = SealedAttribute
    empty_strings_allowed = True

    def __init__(self, *args: Any, binding: str = "", **kwargs: Any) -> None:
        for forbidden in ("db_index", "unique", "primary_key", "choices"):
            if kwargs.get(forbidden):
                raise FieldError(f"an encrypted field cannot have {forbidden}; use a blind index")
        self.binding_name = binding
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Keep an explicit binding, so that a renamed table still decrypts."""
        name, path, args, kwargs = super().deconstruct()
        if self.binding_name:
            kwargs["binding"] = self.binding_name
        return name, path, args, kwargs

    @property
    def binding(self) -> str:
        """What every ciphertext of this column is bound to."""
        return self.binding_name or f"{self.model._meta.db_table}.{self.column}"

    def _plain(self, value: Any) -> str:
        raise NotImplementedError

    def _open(self, text: str, token: str) -> Any:
        raise NotImplementedError

    def _kept_token(self, value: Any, plain: str) -> str | None:
        token = getattr(value, "token", None)
        return token if token is not None and getattr(value, "plain", str(value)) == plain else None

    def get_lookup(self, lookup_name: str) -> Any:
        """Only ``isnull``: ciphertexts of equal values differ, so a comparison would silently find
        nothing.
        """
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: search by its blind index")
        return super().get_lookup(lookup_name)

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """Decrypt; a wrong key raises DecryptionError instead of showing rubbish."""
        if value is None:
            return None
        return self._open(crypto.decrypt(value, self.binding), value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Encrypt only what differs from the value that the database holds."""
        value = getattr(model_instance, self.attname)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        plain = self._plain(value)
        known = cast("tuple[str, str] | None", model_instance.__dict__.get(_memory(self)))
        if known is None or known[0] != plain:
            kept = self._kept_token(value, plain)
            known = (plain, kept or crypto.encrypt(plain, self.binding))
            model_instance.__dict__[_memory(self)] = known
        return SealedText(plain, known[1])

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """The ciphertext: the old one of an unchanged value, or a new one."""
        if value is None or hasattr(value, "as_sql"):
            return value
        if isinstance(value, SealedText):
            return value.token
        plain = self._plain(value)
        return self._kept_token(value, plain) or crypto.encrypt(plain, self.binding)

    def get_prep_value(self, value: Any) -> Any:
        """Left alone until the save: lookups are refused."""
        return value


class EncryptedTextField(_EncryptedField):
    """A text encrypted at rest; an empty text is encrypted too."""

    def _plain(self, value: Any) -> str:
        return str(value)

    def _open(self, text: str, token: str) -> SealedText:
        return SealedText(text, token)

    def to_python(self, value: Any) -> Any:
        """A text; one that carries its ciphertext keeps it."""
        return value if value is None or isinstance(value, str) else str(value)


class EncryptedJSONField(_EncryptedField):
    """A JSON value encrypted at rest as one text."""

    # Read by the type checker only: not the text that the column holds.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def _plain(self, value: Any) -> str:
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, allow_nan=False)

    def _open(self, text: str, token: str) -> Any:
        value = json.loads(text)
        sealed: Any = value
        if isinstance(value, dict):
            sealed = SealedDict(value)
        elif isinstance(value, list):
            sealed = SealedList(value)
        if sealed is not value:
            sealed.token, sealed.plain = token, text
        return sealed

    def to_python(self, value: Any) -> Any:
        """The value as it is: forms give Python objects."""
        return value

    def value_to_string(self, obj: models.Model) -> Any:
        """The value itself for serializers."""
        return self.value_from_object(obj)

    def formfield(self, **kwargs: Any) -> Any:
        """A JSON form field."""
        return super().formfield(**{"form_class": forms.JSONField, **kwargs})
