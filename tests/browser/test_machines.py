"""External systems in the browser: a secret shown once, a signal that arrives, a card taken over after consent."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
import uuid
from typing import Any

import pytest

from cases.models import CaseMember, Intake, Submission
from family_support.accounts.models import MachineClient
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.demo.organizations import Staffed
from tests.browser.walker import Walker
from tests.factories import an_iin

Door = MachineClient.Door


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_a_system_from_its_access_to_the_family(walker: Walker, center: Staffed, language: str) -> None:
    walker.speaks(language)
    machine, secret = give_access(walker, f"Карта {language}")
    iin, child = an_iin(), an_iin()
    url = signal(walker.address, machine, secret, center, [(iin, "head", "Сәрсенова"), (child, "child", "")])
    intake = Submission.objects.get(public_id=url.rpartition("/")[2]).intake
    assert intake.state == Intake.State.REGISTERED
    director_assigns(walker, intake)
    worker_takes_over(walker, intake, child)
    close_access(walker, machine)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        signal(walker.address, machine, secret, center, [(an_iin(), "head", "")])


def give_access(walker: Walker, name: str) -> tuple[MachineClient, str]:
    walker.sign_in(Role.SYSTEM_ADMIN, "/systems/")
    walker.follow_to("/systems/new/")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    walker.fill(name=name, door=Door.STATE_SYSTEM)
    walker.submit()
    secret = walker.page.locator("#client-secret").inner_text()
    machine = MachineClient.objects.get(name=name)
    assert machine.client_id in walker.text()
    walker.follow_to(f"/systems/{machine.pk}/")
    assert secret not in walker.page.content()
    walker.follow_to(f"/systems/{machine.pk}/secret/")
    walker.submit()
    fresh = walker.page.locator("#client-secret").inner_text()
    assert fresh != secret
    return machine, fresh


def signal(
    address: str, machine: MachineClient, secret: str, center: Staffed, members: list[tuple[str, str, str]]
) -> str:
    """What the system does with its secret; where the status of the signal is."""
    form = {
        "grant_type": "client_credentials",
        "client_id": machine.client_id,
        "client_secret": secret,
    }
    told = _post(f"{address}/api/v1/token", urllib.parse.urlencode(form).encode(), {})
    body = {
        "family_id": uuid.uuid4().hex,
        "level": "D",
        "kato": center.center.district.kato,
        "date": clock.today().isoformat(),
        "members": [
            {"iin": iin, "role": role, **({"last_name": name} if name else {})} for iin, role, name in members
        ],
    }
    headers = {"Authorization": f"Bearer {told['access_token']}", "Content-Type": "application/json"}
    return str(_post(f"{address}/api/v1/signals", json.dumps(body).encode(), headers)["url"])


def _post(address: str, data: bytes, headers: dict[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(address, data=data, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        found: dict[str, Any] = json.loads(answer.read())
    return found


def director_assigns(walker: Walker, intake: Intake) -> None:
    """The director meets it in the journal, and reads it while nobody leads the case."""
    walker.sign_in(Role.DIRECTOR, "/intakes/?tab=registered")
    walker.follow_to(f"/intakes/{intake.pk}/")
    assert "711210000" in walker.text()


def worker_takes_over(walker: Walker, intake: Intake, child: str) -> None:
    walker.sign_in(Role.CASEWORKER, f"/cases/{intake.case_id}/")
    walker.submit(f"/cases/{intake.case_id}/take/")
    walker.go(f"/cases/{intake.case_id}/people/")
    assert walker.page.locator("main a[href*='card=']").count() == 0
    walker.follow_to(f"/cases/{intake.case_id}/consent/")
    walker.fill(decision="given", signed_on=clock.today(), data=["identity", "family"], third_parties=True)
    walker.attach("scan")
    walker.submit()
    walker.follow("main a[href*='card=']")
    assert walker.page.locator("[name=iin]").input_value().replace(" ", "") == child
    walker.fill(last_name="Сәрсенов")
    walker.submit()
    taken = CaseMember.objects.get(case_id=intake.case_id, relation=CaseMember.Relation.CHILD)
    assert taken.person.iin == child
    assert walker.page.locator("main a[href*='card=']").count() == 0


def close_access(walker: Walker, machine: MachineClient) -> None:
    walker.sign_in(Role.SYSTEM_ADMIN, f"/systems/{machine.pk}/")
    walker.follow_to(f"/systems/{machine.pk}/close/")
    walker.fill(reason="Секрет стал известен посторонним.")
    walker.submit()
    machine.refresh_from_db()
    assert not machine.works
    walker.look()
