"""The register of personal data: what each field of each own model holds, said beside the models.

An app says it in its `personal.py`, so that whoever adds a field meets the question there:

    PERSONAL = {
        "Person": fields(
            identity="last_name first_name iin:iin birth_date:birth", contact="phone:phone", none="number"
        ),
    }

Each name may carry *what* the value is (`iin:iin`), which decides how a believable other one is made for a copy and
what is left of it after the legal term. Links, states, moments, counts, flags and choices are technical and belong to
no kind unless they are named; every text, date, file, list and sum must be named. `problems()` lists what is not:
a test fails then, so does the start-up check. The register is read by the generated page docs/personal-data.md,
by the paper for the person, by deletion after the legal term and by the anonymized copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMFieldMixin

from family_support.base.fields import EncryptedJSONField, EncryptedTextField
from family_support.base.models import Dated, Named


class Kind(models.TextChoices):
    """What a field holds about a person."""

    IDENTITY = "identity", _("Identity")
    CONTACT = "contact", _("Contact")
    HEALTH = "health", _("Health")
    VIOLENCE = "violence", _("Violence")
    TEXT = "text", _("Free text")
    NONE = "none", _("Nothing personal")


# How a value looks, and so how another one is made: people's names, numbers, dates, free words, files.
WHATS = frozenset(
    {
        "last_name",
        "first_name",
        "patronymic",
        "full_name",
        "family",
        "name_key",
        "birth",
        "iin",
        "iin_index",
        "phone",
        "phone_index",
        "index",
        "email",
        "address",
        "place",
        "number",
        "date",
        "text",
        "json",
        "file",
        "sum",
        "code",
        "secret",
    }
)
# What stands in a field that may not be empty and whose content was erased.
GONE = "—"
# What security.md wants encrypted at rest, wherever it stands.
SEALED = frozenset({"iin", "phone", "address"})
# Coded values: personal beside a name, mere figures once the name is gone. Copies and deletion keep them.
FIGURES = frozenset({"code"})
TECHNICAL = (
    models.AutoField,
    models.BigAutoField,
    models.ForeignKey,
    models.OneToOneField,
    models.BooleanField,
    models.DateTimeField,
    models.TimeField,
    models.IntegerField,
    models.UUIDField,
    models.SlugField,
    FSMFieldMixin,
)
MIXINS: Mapping[type[models.Model], str] = {
    Named: "name_kk name_ru name_en",
    Dated: "valid_from valid_to act",
}


@dataclass(frozen=True, slots=True)
class Personal:
    """One field's place in the register. `owner`: whose data it is ("client", "staff" or "reporter")."""

    kind: Kind
    what: str = ""
    owner: str = "client"

    @property
    def is_personal(self) -> bool:
        return self.kind != Kind.NONE

    @property
    def is_figure(self) -> bool:
        """A coded value that identifies nobody by itself."""
        return self.what in FIGURES


Declared = Mapping[str, Personal]
NONE = Personal(Kind.NONE)


def fields(
    *,
    identity: str = "",
    contact: str = "",
    health: str = "",
    violence: str = "",
    text: str = "",
    none: str = "",
    staff: str = "",
    reporter: str = "",
) -> Declared:
    """Names by kind, each `name` or `name:what`. `staff` and `reporter` name those of the listed fields that are about
    workers and about who told, instead of the people of the family. Raises ValueError for a name listed twice."""
    found: dict[str, Personal] = {}
    owners = {**dict.fromkeys(staff.split(), "staff"), **dict.fromkeys(reporter.split(), "reporter")}
    listed = zip(Kind, (identity, contact, health, violence, text, none), strict=True)
    for kind, names in listed:
        for entry in names.split():
            name, _colon, what = entry.partition(":")
            if name in found:
                raise ValueError(f"{name} is classified twice")
            if what and what not in WHATS:
                raise ValueError(f"{name}: nobody knows how to make a {what}")
            found[name] = Personal(kind, what, owners.get(name, "client"))
    if not owners.keys() <= found.keys():
        raise ValueError(f"whose data, but no kind: {sorted(owners.keys() - found.keys())}")
    return found


def own_configs() -> list[AppConfig]:
    """The applications of this product, by name."""
    names = {
        name for name in settings.INSTALLED_APPS if (settings.BASE_DIR / name.replace(".", "/")).is_dir()
    }
    configs = [config for config in apps.get_app_configs() if config.name in names]
    return sorted(configs, key=lambda config: config.label)


def own_models() -> list[type[models.Model]]:
    """Every model of ours that has a table or a view, by name."""
    found = [model for config in own_configs() for model in config.get_models()]
    return sorted((model for model in found if not model._meta.proxy), key=lambda model: model._meta.label)


def declared(config: AppConfig) -> Mapping[str, Declared]:
    """What an app says of its models."""
    name = f"{config.name}.personal"
    return dict(import_module(name).PERSONAL) if find_spec(name) else {}


def is_technical(field: Any) -> bool:
    """Links, keys, flags, moments, counts, states and choices: nothing to say about unless named."""
    if isinstance(field, EncryptedTextField | EncryptedJSONField):
        return False
    return isinstance(field, TECHNICAL) or bool(field.choices)


def _mixed_in(model: type[models.Model]) -> set[str]:
    return {name for mixin, names in MIXINS.items() if issubclass(model, mixin) for name in names.split()}


def default_what(field: Any) -> str:
    """How the value of a field looks that does not say it."""
    if isinstance(field, EncryptedJSONField | models.JSONField):
        return "json"
    if isinstance(field, models.FileField):
        return "file"
    if isinstance(field, models.DateField):  # also moments
        return "date"
    if isinstance(field, models.DecimalField):
        return "sum"
    technical = is_technical(field) or not isinstance(field, models.CharField | models.TextField)
    return "code" if technical else "text"


def classify(model: type[models.Model], said: Declared) -> tuple[dict[str, Personal], list[str]]:
    """The register of one model, and what is wrong with it: fields nobody classified, names of no field."""
    known, wrong = {}, []
    mixed = _mixed_in(model)
    for field in model._meta.concrete_fields:
        if field.name in said:
            entry = said[field.name]
            known[field.name] = (
                entry
                if entry.what or not entry.is_personal
                else Personal(entry.kind, default_what(field), entry.owner)
            )
            if entry.what in SEALED and not isinstance(field, EncryptedTextField):
                wrong.append(f"{model._meta.label}.{field.name} is not encrypted")
        elif is_technical(field) or field.name in mixed:
            known[field.name] = NONE
        else:
            wrong.append(f"{model._meta.label}.{field.name} is not classified")
    wrong += [
        f"{model._meta.label}.{name} is classified and does not exist" for name in said if name not in known
    ]
    return known, wrong


@cache
def _register() -> tuple[dict[type[models.Model], dict[str, Personal]], tuple[str, ...]]:
    register: dict[type[models.Model], dict[str, Personal]] = {}
    wrong: list[str] = []
    for config in own_configs():
        said = dict(declared(config))
        for model in config.get_models():
            if model._meta.proxy:
                continue
            register[model], found = classify(model, said.pop(model.__name__, {}))
            wrong += found
        wrong += [f"{config.label}.{name} is classified and does not exist" for name in said]
    return register, tuple(sorted(wrong))


def problems() -> list[str]:
    """What the register misses: unclassified fields, names of fields or models that do not exist."""
    return list(_register()[1])


def register_of(model: type[models.Model]) -> Mapping[str, Personal]:
    """Field name -> what it holds."""
    return _register()[0][model]


def personal_fields(model: type[models.Model]) -> Iterator[tuple[Any, Personal]]:
    """The fields of a model that hold personal data, in the order of the model."""
    register = register_of(model)
    for field in model._meta.concrete_fields:
        entry = register.get(field.name, NONE)
        if entry.is_personal:
            yield field, entry


def personal_models() -> list[type[models.Model]]:
    """Own models with at least one personal field, by name."""
    return [model for model in own_models() if any(True for _each in personal_fields(model))]
