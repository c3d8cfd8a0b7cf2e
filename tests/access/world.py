"""The people and organizations of the matrix: Center and agency A own the objects, B are the others."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.test import Client

from cases.actions import add_to_team
from cases.actions.steps import restrict
from cases.models import Case, TeamMember
from family_support.access.models import Barred, CaseOpening
from family_support.accounts import session as keys
from family_support.accounts.actors import load_actor
from family_support.accounts.machine_actions import disable_machine
from family_support.accounts.models import MachineClient, Membership, User
from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, WORKERS, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import local_date, now
from family_support.directory.models import Agency, Center, District, Region, Sector
from tests.access.matrix import KINDS, Made, Relation
from tests.factories import Place, fresh
from tests.machines import a_machine, a_token

IINS = (
    "850615300129",
    "900228400778",
    "011205500319",
    "120919600446",
    "671103402093",
    "030216501050",
    "190430505554",
    "240229600013",
)


def sign_in(client: Client, membership: Membership, *, second_factor: bool = True) -> Client:
    """A session of the membership's user, as after a full sign-in (or before its second factor)."""
    client.force_login(membership.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session[keys.MEMBERSHIP] = membership.pk
    session[keys.SIGNED_IN_AT] = now().timestamp()
    if second_factor:
        keys.record_second_factor(SimpleNamespace(session=session), membership.user)
    session.save()
    return client


class World:
    """Made lazily: accounts and objects come into being when the first row asks for them, and stay for the others."""

    def __init__(self) -> None:
        self.now: datetime = now()
        self.today: date = local_date(self.now)
        self._memberships: dict[tuple[Role, Relation], Membership] = {}
        self._machines: dict[tuple[str, Relation], MachineClient] = {}
        self._made: dict[tuple[str, bool], Made | None] = {}
        with acting(SYSTEM, reason="matrix"):
            self.district = self._district("90000001")
            self.center = self._center("MXA", self.district)
            self.agency = self._agency("A", self.district)
            other = self._district("90000002")
            self.other_center = self._center("MXB", other)
            self.other_agency = self._agency("B", other)

    @staticmethod
    def _names(text: str) -> dict[str, str]:
        return {"name_kk": text, "name_ru": text, "name_en": text}

    def _district(self, code: str) -> District:
        region = Region.objects.first() or Region.objects.create(kato="71", **self._names("Region"))
        return District.objects.create(region=region, code=code, **self._names(f"District {code}"))

    def _center(self, code: str, district: District) -> Center:
        return Center.objects.create(code=code, district=district, **self._names(f"Center {code}"))

    def _agency(self, letter: str, district: District) -> Agency:
        agency = Agency.objects.create(district=district, **self._names(f"Agency {letter}"))
        sector = Sector.objects.first() or Sector.objects.create(
            code="education", order=1, **self._names("Education")
        )
        agency.sectors.add(sector)
        return agency

    def membership(self, role: Role, relation: Relation = Relation.OWN) -> Membership:
        """The account that stands in the relation; own and restricted are the same people."""
        if relation is Relation.RESTRICTED:
            relation = Relation.COLLEAGUE
        found = self._memberships.get((role, relation))
        if found is None:
            with acting(SYSTEM, reason="matrix"):
                found = self._memberships[role, relation] = self._new_membership(role, relation)
        return found

    def _new_membership(self, role: Role, relation: Relation) -> Membership:
        email = f"{role.value}.{relation.value}@matrix.example"
        user = User(email=email, last_name=role.value, first_name=relation.value)
        user.set_unusable_password()
        if relation is Relation.BARRED:
            # Nineteen accounts share eight numbers: the barred list compares numbers, not accounts.
            user.set_iin(IINS[list(Role).index(role) % len(IINS)])
        user.save()
        foreign = relation is Relation.FOREIGN
        return Membership.objects.create(
            user=user,
            role=role,
            center=(self.other_center if foreign else self.center) if role in CENTER_ROLES else None,
            agency=(self.other_agency if foreign else self.agency) if role in AGENCY_ROLES else None,
            starts_on=self.today - timedelta(days=365),
            ends_on=self.today - timedelta(days=1) if relation is Relation.ENDED else None,
        )

    def machine(self, door: str, relation: Relation = Relation.OWN) -> MachineClient:
        """A program of the door; in the relation "ended" its access is closed (a token of it may still be out)."""
        found = self._machines.get((door, relation))
        if found is None:
            found = a_machine(door, f"{door} {relation.value}").machine
            if relation is Relation.ENDED:
                found = disable_machine(
                    machine=found, reason="Matrix", version=found.version, by=SYSTEM, now=self.now
                )
            self._machines[door, relation] = found
        return found

    def token(self, door: str, relation: Relation = Relation.OWN) -> str:
        """A bearer token of the program."""
        return a_token(self.machine(door, relation))

    def by(self, role: Role, relation: Relation = Relation.OWN) -> Actor:
        """An Actor as actions take it."""
        actor = load_actor(self.membership(role, relation), self.now, "matrix")
        assert actor is not None
        return actor

    @property
    def place(self) -> Place:
        """Center A as the factories take it: its people are the "own" ones."""
        return Place(self.center, {role: self.membership(role) for role in sorted(CENTER_ROLES)})

    def team_up(self, case: Case, restricted: bool) -> Case:
        """Put every worker of "own" and "barred" on the team that the caseworker leads; restrict the case if asked."""
        there = set(
            TeamMember.objects.filter(case=case, ends_at=None).values_list("membership_id", flat=True)
        )
        for relation in (Relation.OWN, Relation.BARRED):
            for role in sorted(WORKERS):
                membership = self.membership(role, relation)
                if membership.pk not in there:
                    add_to_team(case=case, membership=membership, by=self.by(Role.CASEWORKER), now=self.now)
        if restricted:
            by = self.by(Role.CASEWORKER)
            restrict(case=fresh(case), restriction=Case.Restriction.values[0], by=by, now=self.now)
        return fresh(case)

    def break_glass(self, membership: Membership, case_id: int) -> None:
        """Have the membership's emergency access to the case in force."""
        if CaseOpening.objects.filter(membership=membership, case_id=case_id).exists():
            return
        with acting(SYSTEM, reason="matrix"):
            CaseOpening.objects.create(
                case_id=case_id,
                membership=membership,
                code=CaseOpening.Glass.LIFE,
                reason="Угроза жизни, до команды не дозвониться ночью.",
                opened_at=self.now,
                ends_at=self.now + timedelta(minutes=60),
            )

    def made(self, kind: str, restricted: bool = False) -> Made | None:
        if (kind, restricted) not in self._made:
            self._made[kind, restricted] = KINDS[kind].make(self, restricted=restricted)
        return self._made[kind, restricted]

    def obj(self, kind: str, restricted: bool = False) -> Any:
        """The object of a kind that is there for certain."""
        made = self.made(kind, restricted)
        assert made is not None, f"there is no restricted {kind}"
        return made.obj

    def bar(self, membership: Membership, case_id: int) -> None:
        """Put the membership's person on the case's barred list."""
        if Barred.objects.filter(case_id=case_id, iin_index=membership.user.iin_index).exists():
            return
        with acting(SYSTEM, reason="matrix"):
            row = Barred(case_id=case_id, relation="abuser", noted_at=self.now)
            row.noted_by = self.membership(Role.CASEWORKER)
            row.set_iin(membership.user.iin)
            row.save()
