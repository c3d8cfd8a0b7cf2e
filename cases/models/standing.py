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


# A member `known` of a case whose barred list is `kept`, and `whom` an intake concerns: recognized by IIN or phone, for
# the public form, which victims use, asks for no IIN.
OF_BARRED_FAMILY = (
    "EXISTS (SELECT 1 FROM access_barred kept JOIN cases_casemember place ON place.case_id = kept.case_id"
    " JOIN cases_person known ON known.id = place.person_id JOIN cases_person whom ON whom.id = {}"
    " WHERE kept.iin_index = {} AND (known.iin_index > '' AND known.iin_index = whom.iin_index"
    " OR known.phone_index > '' AND known.phone_index = whom.phone_index))"
)
# Most people are on no list at all: then nothing else is looked up.
KEPT_BACK = (
    "({} IS NULL AND EXISTS (SELECT 1 FROM access_barred listed WHERE listed.iin_index = {})"
    " AND EXISTS (SELECT 1 FROM cases_intake seen WHERE seen.id = CASE {} WHEN 'cases.intake' THEN {}"
    " WHEN 'deadlines.deadline' THEN (SELECT term.subject_id FROM deadlines_deadline term"
    " WHERE term.id = {} AND term.case_id IS NULL AND term.subject_type = 'cases.intake') END"
    " AND (EXISTS (SELECT 1 FROM access_barred kept WHERE kept.case_id = seen.case_id AND kept.iin_index = {})"
    " OR seen.case_id IS NULL AND {})))"
)


def about_barred_family(actor: Actor) -> Condition:
    """Of intakes: what waits for registration about somebody of a family whose case keeps the actor out by name."""
    family = Condition(OF_BARRED_FAMILY, F("applicant_id"), Value(actor.iin_index))
    return Condition("({} IS NULL AND {})", F("case_id"), family)


def kept_back(actor: Actor) -> Condition:
    """Of rows with `subject_type`, `subject_id` and an empty `case_id`: those about an intake, or a term of one, that
    the barred list of its case or its family keeps from the actor."""
    iin, key = Value(actor.iin_index), F("subject_id")
    family = Condition(OF_BARRED_FAMILY, Condition("seen.applicant_id"), iin)
    return Condition(KEPT_BACK, F("case_id"), iin, F("subject_type"), key, key, iin, family)
