"""How somebody stands to a case, as conditions in SQL.

They stand in nearly every query of the product, several times in some. Written out, one costs a tenth of what Django
takes to put the same `Exists(queryset)` together; `tests/cases/test_visibility.py` holds them to the models.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.db.models import BigIntegerField, BooleanField, F, Func, Value
from django.db.models.sql.compiler import SQLCompiler

from family_support.base.actor import Actor

# The guardian permission that stands for a named grant on a restricted case.
READ_RESTRICTED = "read_restricted_case"
# Ids begin at 1: who has none (the product itself, nobody signed in) is found nowhere.
NOBODY = 0


class Condition(Func):
    """A condition on a row, its values and columns put where the text has `{}`, in their order."""

    output_field = BooleanField()

    def __init__(self, text: str, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, **extra)
        self.text = text

    def as_sql(self, compiler: SQLCompiler, connection: Any, *args: Any, **extra: Any) -> tuple[str, tuple]:
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        return self.text.format(*(sql for sql, _params in parts)), tuple(
            chain.from_iterable(params for _sql, params in parts)
        )


ON_TEAM = (
    "EXISTS (SELECT 1 FROM cases_teammember seen WHERE seen.case_id = {}"
    " AND seen.membership_id = {} AND seen.ends_at IS NULL)"
)
ON_TEAM_OR_STANDING_IN = (
    "(EXISTS (SELECT 1 FROM cases_teammember seen WHERE seen.case_id = {}"
    " AND seen.membership_id = {} AND seen.ends_at IS NULL)"
    " OR (NOT {} AND EXISTS (SELECT 1 FROM cases_teammember seen WHERE seen.case_id = {}"
    " AND seen.membership_id = ANY ({}) AND seen.ends_at IS NULL)))"
)
IN_PLACE_OF = (
    "(SELECT MIN(seen.membership_id) FROM cases_teammember seen WHERE seen.case_id = {}"
    " AND seen.membership_id = ANY ({}) AND seen.ends_at IS NULL AND NOT {}"
    " AND NOT EXISTS (SELECT 1 FROM cases_teammember own WHERE own.case_id = {}"
    " AND own.membership_id = {} AND own.ends_at IS NULL))"
)


def on_team(actor: Actor) -> Condition:
    """A member of the team now, or standing in for an absent one where the case is ordinary (ADR 22)."""
    own = (F("pk"), Value(actor.membership_id or NOBODY))
    if not actor.standing_for:
        return Condition(ON_TEAM, *own)
    return Condition(ON_TEAM_OR_STANDING_IN, *own, F("restricted"), F("pk"), Value(list(actor.standing_for)))


def in_place_of(actor: Actor) -> Condition:
    """The absent member of the team (by key) through whom alone the actor works on the case; NULL for one's own."""
    own = (F("pk"), Value(actor.membership_id or NOBODY))
    absent = Value(list(actor.standing_for))
    return Condition(IN_PLACE_OF, F("pk"), absent, F("restricted"), *own, output_field=BigIntegerField())


def granted(actor: Actor) -> Condition:
    """Let in by name: the guardian row is there *and* the actor leads the case or the grant has not ended."""
    membership = Value(actor.membership_id or NOBODY)
    return Condition(
        "(EXISTS (SELECT 1 FROM cases_caseuserobjectpermission seen"
        " JOIN auth_permission kind ON kind.id = seen.permission_id"
        " WHERE seen.content_object_id = {} AND seen.user_id = {} AND kind.codename = {})"
        " AND ({} = {} OR EXISTS (SELECT 1 FROM cases_casegrant seen WHERE seen.case_id = {}"
        " AND seen.membership_id = {} AND (seen.ends_at IS NULL OR seen.ends_at > STATEMENT_TIMESTAMP()))) IS TRUE)",
        F("pk"),
        Value(actor.user_id or NOBODY),
        Value(READ_RESTRICTED),
        F("lead_id"),
        membership,
        F("pk"),
        membership,
    )


def opened(actor: Actor) -> Condition:
    """Opened with a reason, and the time has not run out: a restricted case by its director, else by break-glass."""
    return Condition(
        "EXISTS (SELECT 1 FROM access_caseopening seen WHERE seen.case_id = {} AND seen.membership_id = {}"
        " AND seen.opened_at <= STATEMENT_TIMESTAMP() AND seen.ends_at > STATEMENT_TIMESTAMP()"
        " AND (seen.code <> '' OR {} OR NOT {}))",
        F("pk"),
        Value(actor.membership_id or NOBODY),
        Value(actor.is_director),
        F("restricted"),
    )


def not_barred(actor: Actor) -> Condition:
    """Not on the case's barred list, by the keyed hash of the actor's own IIN."""
    return Condition(
        "NOT EXISTS (SELECT 1 FROM access_barred seen WHERE seen.case_id = {} AND seen.iin_index = {})",
        F("pk"),
        Value(actor.iin_index),
    )
