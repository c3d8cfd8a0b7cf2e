"""The barred list: whose accounts see nothing of a case, whatever they were granted (security.md)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from family_support.access.models import Barred
from family_support.access.scopes import worked_cases
from family_support.accounts.models import Membership, User
from family_support.accounts.numbers import register_change_of_number
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Invalid, Missing, invalid_field
from family_support.base.validators import validate_iin


def bar(*, case_id: int, iin: str, relation: str, by: Actor, now: datetime) -> Barred:
    """Keep the holder of an IIN out of a case; the same person named again keeps one row with the newer relation.

    `relation` says who that is to the family ("husband", "his brother"). Errors: Missing when the actor does not work
    on the case; Invalid with `fields` for a wrong IIN or an empty relation.
    """
    iin, relation = iin.strip(), " ".join(relation.split())
    with invalid_field("iin"):
        validate_iin(iin)
    if not relation:
        raise Invalid("relation_missing", fields={"relation": _("Say who this person is to the family.")})
    person = Barred(case_id=case_id, relation=relation, noted_by_id=by.membership_id, noted_at=now)
    person.set_iin(iin)
    with acting(by):
        if not (by.is_system or worked_cases(by).filter(pk=case_id).exists()):
            raise Missing
        known = Barred.objects.select_for_update().filter(case_id=case_id, iin_index=person.iin_index).first()
        if known is None:
            person.save()
            return person
        if known.relation != relation:
            known.relation = relation
            known.save(update_fields=("relation",))
        return known


@register_change_of_number
def keep_out_still(user: User, before: str, now: datetime) -> None:
    """Whom cases keep out they keep out under a new number too: nobody is let in by whoever changes the number."""
    if not before or not user.iin_index:
        return
    known = Barred.objects.filter(iin_index=user.iin_index).values("case_id")
    for row in Barred.objects.filter(iin_index=before).exclude(case_id__in=known):
        person = Barred(case_id=row.case_id, relation=row.relation, noted_by_id=row.noted_by_id, noted_at=now)
        person.set_iin(str(user.iin))
        person.save()


def barred_case_ids(actor: Actor) -> QuerySet:
    """Ids of the cases that the actor's own IIN keeps it out of; nothing for an account without an IIN."""
    rows = Barred.objects.filter(iin_index=actor.iin_index) if actor.iin_index else Barred.objects.none()
    return rows.values("case_id")


def memberships_kept_out(memberships: Collection[int], case_ids: Collection[int] | QuerySet) -> set[int]:
    """Those of the memberships (by key) whose person is on the barred list of one of the cases."""
    indexes = Barred.objects.filter(case_id__in=case_ids).values("iin_index")
    rows = Membership.objects.filter(pk__in=memberships, user__iin_index__in=indexes)
    return set(rows.values_list("pk", flat=True))


def barred_among(case_id: int, iin_indexes: Collection[str]) -> set[str]:
    """Those of the blind indexes that are on the case's barred list: of people, whether they have an account or not."""
    known = sorted(index for index in iin_indexes if index)
    rows = Barred.objects.filter(case_id=case_id, iin_index__in=known) if known else Barred.objects.none()
    return set(rows.values_list("iin_index", flat=True))
