"""The anonymized copy: every classified field of a copy of the database replaced, and nothing left to lead back.

Runs on a copy only, as the owner, with the files of the copy. What is gone for good: sessions, tokens, second factors,
the content of the history, reasons of the read log, papers made, the files' bytes. What is other: every personal field
of the register. What stays: rows and links between them, states, dates, counts, coded values.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import connection, models

from cases.models import IntakeDraft, Person
from family_support.accounts.models import User
from family_support.agenda.models import CalendarFeed
from family_support.base import clock
from family_support.base.crypto import blind_index
from family_support.base.fields import EncryptedJSONField
from family_support.base.models import IdempotencyKey
from family_support.base.names import fold
from family_support.base.personal_data import Personal, personal_fields, personal_models
from family_support.documents.files import remove, stored_files, write
from family_support.documents.models import Attachment, Rendering
from family_support.protection.erasing import APART
from family_support.protection.synthetic import Synthesis

# Tables of libraries and of one run that a copy has no use for: sign-ins, tokens, keys of forms, mail under way.
EMPTIED: tuple[type[models.Model], ...] = (
    Session,
    Authenticator,
    EmailConfirmation,
    Token,
    IdempotencyKey,
    CalendarFeed,
    IntakeDraft,
    Rendering,
)
PLACEHOLDER = b"%PDF-1.4\n% a file of an anonymized copy\n%%EOF\n"
BATCH = 500
# Indexes that follow from a field beside them: field of the index -> field and purpose of the blind index.
INDEXED = {"iin_index": ("iin", "iin"), "phone_index": ("phone", "phone")}


def anonymize() -> dict[str, int]:
    """Replace everything in the current transaction; table -> rows changed. The caller has made sure of the copy."""
    run = Synthesis(secrets.token_bytes(32))
    counted: dict[str, int] = {}
    found: list[type[models.Model]] = [
        model for model in personal_models() if model is Person or model not in (*APART, *EMPTIED)
    ]
    tables = sorted({model._meta.db_table for model in found})
    with connection.cursor() as cursor:
        # Triggers would write the old values into the history of the copy, and refuse to change what is frozen.
        _triggers("DISABLE", tables)
        for table in (*(model._meta.db_table for model in EMPTIED), "audit.seal"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - tables of models
    for model in found:
        counted[model._meta.db_table] = _model(model, run)
    _accounts(run)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit.change SET old = NULL, new = NULL, reason = NULL, content = NULL, request_id = NULL"
        )
        counted["audit.change"] = cursor.rowcount
        cursor.execute("UPDATE access_log.reading SET reason = ''")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _triggers("ENABLE", tables)
    return counted


def _triggers(state: str, tables: list[str]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} {state} TRIGGER USER")


def _model(model: type[models.Model], run: Synthesis) -> int:
    known = list(personal_fields(model))
    changed = 0
    for row in _rows(model):
        old = {each.name: getattr(row, each.name) for each, _entry in known}
        new: dict[str, Any] = {}
        for each, entry in known:
            if entry.is_figure or not old[each.name] or entry.what in INDEXED or entry.what == "name_key":
                continue
            new[each.name] = _other(each, entry, old, run)
        _derived(row, known, old, new, run)
        if new:
            model._default_manager.filter(pk=row.pk).update(**new)
            changed += 1
    return changed


def _rows(model: type[models.Model]) -> Iterator[models.Model]:
    last: Any = None
    while True:
        rows = model._default_manager.order_by("pk")
        batch = list((rows if last is None else rows.filter(pk__gt=last))[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1].pk


def _other(each: Any, entry: Personal, old: dict[str, Any], run: Synthesis) -> Any:
    value = old[each.name]
    if entry.what == "file":
        return value.name
    if entry.what == "birth":
        return run.birth(value, str(old.get("iin") or ""))
    if entry.what == "sum":
        return type(value)(run.number("sum", value) % 900 * 1000 + 1000)
    if entry.what == "index":
        return (
            [run.index("index", one) for one in value]
            if isinstance(value, list)
            else run.index("index", value)
        )
    if isinstance(each, EncryptedJSONField) or isinstance(value, dict | list):
        return run.json(value)
    if each.name == "link":
        return f"https://copy.invalid/{run.number('link', value):x}"
    made = run.value(entry.what, str(value))
    return made[: each.max_length] if each.max_length else made


def _derived(row: Any, known: Any, old: dict[str, Any], new: dict[str, Any], run: Synthesis) -> None:
    """Blind indexes and folded names follow the new values."""
    for each, entry in known:
        if entry.what in INDEXED and old[each.name]:
            source, purpose = INDEXED[entry.what]
            new[each.name] = blind_index(new[source], purpose) if new.get(source) else ""
        if entry.what == "name_key" and old[each.name]:
            names = ("family_name",) if "family_name" in old else ("last_name", "first_name", "patronymic")
            new[each.name] = fold(" ".join(part for name in names if (part := new.get(name, ""))))


def _accounts(run: Synthesis) -> None:
    """Nobody signs in with what they knew: other mailboxes, no passwords, no superusers."""
    User.objects.update(password=make_password(None), is_superuser=False, last_login=None)
    for address in EmailAddress.objects.select_related("user"):
        EmailAddress.objects.filter(pk=address.pk).update(email=address.user.email)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE allauth_idp_oidc_client SET secret = '', name = 'copy'")


def replace_files() -> int:
    """Every stored file is gone; attachments get a small placeholder under the same name, their rows its digest."""
    gone = 0
    digest = hashlib.sha256(PLACEHOLDER).hexdigest()
    names = set(Attachment.objects.exclude(file="").values_list("file", flat=True))
    for stored in list(stored_files(clock.now())):
        if stored not in names:
            remove(default_storage.path(stored))
        gone += 1
    for name in names:
        write(name, PLACEHOLDER)
    Attachment.objects.exclude(file="").update(
        sha256=digest, size=len(PLACEHOLDER), content_type="application/pdf"
    )
    return gone
