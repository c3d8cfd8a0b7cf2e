"""Masking, tried on every list: what names a family to its team is initials, or nothing, to everybody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from tests.access.matrix import Relation, rows
from tests.access.papers import without_papers
from tests.access.world import World, sign_in
from tests.factories import a_case_with_consent, an_iin, person_data

FAMILY, NAME, FATHER = "Қанариева", "Сәулетай", "Бөлекқызы"
IIN, PHONE, STREET = an_iin(serial=7001), "+77059876543", "Жасырын көшесі"
# As it is written anywhere: the family's name alone in lists, the number with or without its prefix.
WHOLE = (FAMILY, NAME, FATHER, IIN, IIN[:6], PHONE, "705 987", "987 65 43", STREET)
INITIALS = "Қ. С."
# Lists and boards: pages that need no record.
LISTS = sorted(
    row.name
    for row in rows().values()
    if not row.kind and row.roles is not None and not row.door and "GET" in row.methods
)
LISTING = WORKERS | UNIT_HEADS | {Role.DIRECTOR, Role.INTAKE_CLERK}
PEOPLE = sorted(set(Role) - {Role.MACHINE})


class TestMasking:
    @pytest.fixture(scope="class")
    def world(self, class_database: str) -> World:
        return World()

    @pytest.fixture(scope="class")
    def family(self, world: World) -> Case:
        return self.a_family(world, restricted=False)

    @pytest.fixture(scope="class")
    def hidden(self, world: World) -> Case:
        return self.a_family(world, restricted=True)

    @staticmethod
    def a_family(world: World, *, restricted: bool) -> Case:
        person = person_data(
            last_name=FAMILY,
            first_name=NAME,
            patronymic=FATHER,
            iin=an_iin() if restricted else IIN,
            phone=PHONE,
            district=world.district,
        )
        case = world.team_up(a_case_with_consent(world.place, now=world.now, person=person), restricted)
        member = case.members.get(relation="self").person
        member.address = f"{STREET}, 7"
        with acting(SYSTEM, reason="test"):
            member.save()
        return case

    @staticmethod
    def client(world: World, role: Role, settings: Any) -> Client:
        settings.DEMO_MODE = False
        return sign_in(Client(), world.membership(role, Relation.COLLEAGUE))

    @pytest.fixture(autouse=True)
    def papers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What a paper says cannot be read from its bytes; drawing it would cost half of this test."""
        without_papers(monkeypatch)

    @pytest.mark.parametrize("role", PEOPLE)
    def test_no_list_names_a_family(
        self, world: World, family: Case, hidden: Case, settings: Any, role: Role
    ) -> None:
        """Every page that needs no record, for every role that is not of the team."""
        client, table = self.client(world, role, settings), rows()
        for name in LISTS:
            if role not in (table[name].roles or ()):
                continue
            page = client.get(reverse(name)).content.decode(errors="replace")
            assert [text for text in WHOLE if text in page] == [], name
            if role != Role.DIRECTOR:
                assert hidden.number not in page, name

    @pytest.mark.parametrize("role", sorted(LISTING))
    def test_the_list_of_cases_has_initials_and_the_district(
        self, world: World, family: Case, hidden: Case, settings: Any, role: Role
    ) -> None:
        page = self.client(world, role, settings).get(reverse("case-list")).content.decode()
        assert page.count(">Қ.</b>") == (2 if role == Role.DIRECTOR else 1)
        assert str(world.district.name) in page

    @pytest.mark.parametrize("role", sorted(LISTING))
    @pytest.mark.parametrize("query", [f"{FAMILY} {NAME}", IIN, PHONE], ids=("name", "iin", "phone"))
    def test_who_is_found_stays_masked(
        self, world: World, family: Case, hidden: Case, settings: Any, role: Role, query: str
    ) -> None:
        page = self.client(world, role, settings).post(reverse("case-search"), {"q": query}).content.decode()
        found = page.split("</form>", 1)[1] if "</form>" in page else page
        table = found[found.index("<table") :] if "<table" in found else ""
        assert family.number in table
        assert INITIALS in table
        assert [text for text in WHOLE if text in table] == []
        assert (hidden.number in table) == (role == Role.DIRECTOR and query != IIN)

    @pytest.mark.parametrize("role", sorted(LISTING))
    def test_the_closed_door(self, world: World, family: Case, settings: Any, role: Role) -> None:
        page = self.client(world, role, settings).get(reverse("case", args=(family.pk,))).content.decode()
        assert "Қ. ·" in page
        assert [text for text in WHOLE if text in page] == []

    def test_the_team_reads_names(self, world: World, family: Case, settings: Any) -> None:
        """The negative control: the same texts are there for who works on the case."""
        settings.DEMO_MODE = False
        client = sign_in(Client(), world.membership(Role.CASEWORKER))
        assert FAMILY in client.get(reverse("case-list")).content.decode()
        people = client.get(reverse("case-people", args=(family.pk,))).content.decode()
        assert STREET in people
        assert IIN not in people, "the number shows its last four digits to the team as well"
        assert IIN[-4:] in people
