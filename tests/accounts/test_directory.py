"""Pages of the directory: read by all, edited by few, two editors never overwrite each other."""

from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from family_support.accounts import directory_actions as actions
from family_support.accounts.actors import load_actor
from family_support.accounts.roles import Role
from family_support.base.clock import now
from family_support.base.errors import Conflict, Invalid
from family_support.base.names import sort_key
from family_support.directory.models import Agency, Center, District, Sector
from tests.access.world import sign_in
from tests.accounts.people import agency, center, names, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Any:
    membership = person("editor@example.kz", Role.MINISTRY_EDITOR).memberships.get()
    sign_in(client, membership)
    return load_actor(membership, now())


def center_form(place: Center, **fields: Any) -> dict[str, Any]:
    return {
        **names("Новый центр"),
        "district": place.district_id,
        "bin": "240540000125",
        "phone": "",
        "address": "",
        "is_active": "on",
        "opens": "09:00",
        "closes": "18:30",
        **fields,
    }


def test_a_center_is_created_once(client: Client, editor: Any) -> None:
    place = center()
    key = str(client.get(reverse("center-create")).context["form"]["key"].value())
    form = center_form(place, code="ASTANA01", key=key)
    for wrong in (
        {"code": "АСТ"},
        {"bin": "240540000126"},
        {"opens": "25:00"},
        {"closes": "08:00"},
        {"code": "TSA"},
    ):
        refused = client.post(reverse("center-create"), {**form, **wrong})
        assert refused.status_code == 400, wrong
        assert set(refused.context["form"].errors) == set(wrong)
    first, again = (client.post(reverse("center-create"), form) for _ in range(2))
    assert first["Location"] == again["Location"]
    assert Center.objects.get(code="ASTANA01").closes == time(18, 30)


def test_two_editors_of_a_center(client: Client, editor: Any) -> None:
    place = center()
    seen = client.get(reverse("center-edit", args=[place.pk])).context["form"]["seen"].value()
    form = center_form(place, seen=seen)
    assert client.post(reverse("center-edit", args=[place.pk]), form).status_code == 302
    stale = client.post(reverse("center-edit", args=[place.pk]), {**form, "address": "Набранный текст"})
    assert stale.status_code == 409
    assert "Набранный текст" in stale.content.decode()


def test_a_body_with_its_sectors(editor: Any) -> None:
    body = agency()
    sectors = list(Sector.objects.all()[:2]) or [Sector.objects.create(code="x", order=1, **names("x"))]
    fields = {**names("Отдел образования"), "district": body.district, "is_active": True}
    seen = actions.seen_of(body)
    changed = actions.change_agency(agency=body, sectors=sectors, seen=seen, by=editor, now=now(), **fields)
    assert set(changed.sectors.all()) == set(sectors)
    with pytest.raises(Conflict):
        actions.change_agency(agency=body, sectors=[], seen=seen, by=editor, now=now(), **fields)
    with pytest.raises(Invalid):
        actions.create_agency(sectors=sectors, by=editor, now=now(), **fields)


@pytest.mark.parametrize("more", [0, 10])
def test_queries_of_the_lists(client: Client, editor: Any, more: int, django_assert_num_queries: Any) -> None:
    body = agency()
    for number in range(more):
        Agency.objects.create(district=body.district, **names(f"Body {number}"))
        Center.objects.create(code=f"TQ{number}", district=body.district, **names(f"Center {number}"))
    for name in ("agency-list", "center-list", "directory"):
        client.get(reverse(name))
        with django_assert_num_queries(12, exact=False):
            assert client.get(reverse(name)).status_code == 200


def test_districts_stand_in_the_order_of_the_language_read(client: Client, editor: Any) -> None:
    """The order of the Russian names is none in Kazakh: Мақаншы stood before Абай."""
    region = District.objects.order_by("pk")[0].region
    for language in ("kk", "ru"):
        with translation.override(language):
            page = client.get(
                reverse("region-page", args=(region.pk,)), headers={"accept-language": language}
            )
            shown = [row.name for row in page.context["districts"]]
            assert shown == sorted(shown, key=sort_key)
            assert len(shown) > 3
