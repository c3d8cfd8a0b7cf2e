"""The pages: queries at two sizes, double clicks, forms that keep what was typed, masks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from cases import papers
from cases.actions import bar_person, flag_threat, record_consultation
from cases.actions.receiving import FORMS
from cases.forms.intakes import IntakeForm
from cases.forms.people import DistrictField
from cases.models import Case, Consent, Intake, Threat
from family_support.access.models import ReadEntry
from family_support.access.openings import open_with_reason
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.deadlines.actions import cancel
from family_support.ui.templatetags.ui import moment
from tests.access.world import sign_in
from tests.factories import Place, a_case, an_agency, an_iin, an_intake, person_data


@pytest.fixture
def client_of(place: Place, client: Client) -> Any:
    """Sign in as a role of the Center."""

    def signed(role: Role = Role.CASEWORKER) -> Client:
        return sign_in(client, place.people[role])

    return signed


@contextmanager
def counted() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as found:
        yield found


def queries(client: Client, url: str) -> int:
    """Statements of one request, those of its transaction's frame left out."""
    client.get(url)
    with counted() as found:
        assert client.get(url).status_code == 200
    frame = ("SAVEPOINT", "RELEASE SAVEPOINT")
    return sum(not each["sql"].startswith(frame) for each in found.captured_queries)


def fill_in(place: Place, number: int) -> list[Case]:
    now = clock.now()
    return [
        a_case(place, now=now, person=person_data(last_name=f"Семья{'абвгдежзик'[index]}"))
        for index in range(number)
    ]


@pytest.mark.parametrize(
    ("role", "limit"), [(Role.CASEWORKER, 12), (Role.DIRECTOR, 12), (Role.INTAKE_CLERK, 12)]
)
def test_my_day_asks_the_same_whatever_its_size(place: Place, client_of: Any, role: Role, limit: int) -> None:
    client = client_of(role)
    fill_in(place, 2)
    few = queries(client, f"{reverse('my-day')}?later=1")
    fill_in(place, 6)
    assert queries(client, f"{reverse('my-day')}?later=1") == few <= limit


def test_case_list_asks_the_same_whatever_its_size(place: Place, client_of: Any) -> None:
    client = client_of()
    fill_in(place, 2)
    few = queries(client, reverse("case-list"))
    fill_in(place, 6)
    assert queries(client, reverse("case-list")) == few <= 14


def test_case_asks_the_same_whatever_its_size(place: Place, client_of: Any) -> None:
    client = client_of()
    case = fill_in(place, 1)[0]
    url = reverse("case", args=(case.pk,))
    few = queries(client, url)
    now = clock.now()
    for _each in range(5):
        record_consultation(
            case=case, kind="not_needed", reason="нет", held_at=now, by=place.by(at=now), now=now
        )
        an_intake(place, now=now, person=person_data(iin=case.members.get().person.iin))
    assert queries(client, url) == few <= 20


def posted(**changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        "channel": "self",
        "form": "desk",
        "received_at": moment(clock.now()),
        "last_name": "Нурланова",
        "first_name": "Айым",
        "iin": an_iin(),
        "said": "Нужна консультация юриста по алиментам.",
        "threat": "no",
        "violence": "no",
        "minor_at_risk": "no",
        **changes,
    }


def test_double_click_registers_once(place: Place, client_of: Any) -> None:
    client, data = client_of(), posted()
    first = client.post(reverse("intake-new"), data)
    second = client.post(reverse("intake-new"), data)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Intake.objects.filter(center=place.center).count() == 1


def test_wrong_form_keeps_what_was_typed_and_stores_nothing(place: Place, client_of: Any) -> None:
    data = posted(iin="850615300128", threat="", said="Очень важные слова")
    answer = client_of().post(reverse("intake-new"), data)
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "Очень важные слова" in text
    assert "#id_iin" in text or "#id_threat" in text
    assert not Intake.objects.filter(center=place.center).exists()


def test_what_the_client_adds_is_ignored(place: Place, other: Place, client_of: Any) -> None:
    client_of().post(
        reverse("intake-new"), posted(center=str(other.center.pk), state="answered", number="X-1")
    )
    intake = Intake.objects.get()
    assert (intake.center_id, intake.state) == (place.center.pk, "registered")


def test_restricted_at_once_still_gives_the_clerk_a_slip(place: Place, client_of: Any) -> None:
    client = client_of(Role.INTAKE_CLERK)
    answer = client.post(reverse("intake-new"), posted(violence="yes"))
    assert client.get(answer["Location"]).status_code == 200
    intake = Intake.objects.get()
    assert client.get(reverse("intake", args=(intake.pk,))).status_code == 404
    assert "Нурланова" not in client.get(answer["Location"]).content.decode()


def test_a_slip_reads_the_same_whether_the_case_is_hidden_or_not(client_of: Any) -> None:
    """A missing button would say that the family has a case which is kept from who registered the intake."""
    client, pages = client_of(Role.INTAKE_CLERK), []
    for violence in ("no", "yes"):
        answer = client.post(reverse("intake-new"), posted(violence=violence))
        intake = Intake.objects.latest("pk")
        assert intake.case is not None
        page = client.get(answer["Location"]).content.decode()
        assert intake.case.restricted == (violence == "yes")
        assert reverse("case", args=(intake.case_id,)) not in page
        # Not the bare word: a token drawn by chance held it once.
        pages.append(page.count('class="btn '))
    assert pages[0] == pages[1]


def test_stale_form_answers_409_with_the_typed_text(place: Place, client_of: Any) -> None:
    client, case = client_of(), a_case(place, now=clock.now())
    url = reverse("case-risk", args=(case.pk,))
    data = {"risk": "high", "reason": "Первая запись", "instruction": "", "version": case.version}
    assert client.post(url, data).status_code == 302
    answer = client.post(url, {**data, "reason": "Вторая запись не должна пропасть"})
    assert answer.status_code == 409
    assert "Вторая запись не должна пропасть" in answer.content.decode()


def test_colleague_sees_initials_only_and_opens_with_a_reason(place: Place, client_of: Any) -> None:
    case = a_case(place, now=clock.now(), person=person_data(last_name="Тайнова", phone="+7 701 555 44 33"))
    client = client_of(Role.LAWYER)
    for url in (reverse("case-list"), reverse("case", args=(case.pk,))):
        assert "Тайнова" not in client.get(url).content.decode()
    found = client.post(reverse("case-search"), {"q": "Тайнова"}).content.decode()
    assert case.number in found
    assert found.count("Тайнова") == found.count('value="Тайнова"')
    assert client.get(reverse("case-people", args=(case.pk,))).status_code == 404
    short = client.post(reverse("case-open", args=(case.pk,)), {"reason": "надо"})
    assert short.status_code == 400
    opened = client.post(
        reverse("case-open", args=(case.pk,)), {"reason": "Замещаю коллегу на выезде к семье"}
    )
    assert opened.status_code == 302
    assert "Тайнова" in client.get(reverse("case", args=(case.pk,))).content.decode()
    assert client.post(reverse("case-risk", args=(case.pk,)), {}).status_code == 404
    assert ReadEntry.objects.filter(case_id=case.pk, what="opening").count() == 1


@pytest.mark.parametrize(
    ("role", "read"), [(Role.CASEWORKER, True), (Role.LAWYER, False), (Role.INTAKE_CLERK, False)]
)
def test_own_words_about_an_ended_term_are_for_who_reads_the_case(
    place: Place, client_of: Any, role: Role, read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    case, by = a_case(place, now=now), place.by(at=now)
    words = "Сестра Айгүл увезла детей в Тараз"
    with acting(by):
        ended = cancel(case_id=case.pk, reason=words, by=by, now=now)[0]
    url = reverse("deadline-explain", args=(ended.pk,))
    assert (words in client_of(role).get(url).content.decode()) is read
    # The same on paper.
    paper: list[str] = []
    monkeypatch.setattr(
        papers,
        "render_pdf",
        lambda template, context, *_rest, **_more: paper.append(context["reason"]) or b"%PDF",
    )
    client_of(role).get(reverse("deadline-explain-pdf", args=(ended.pk,)))
    assert paper == [words if read else ""]


@pytest.mark.parametrize("query", ["Тайнова", "тайнова", "Taйнова", "Тайнова А"])
def test_search_by_name_forgives(place: Place, client_of: Any, query: str) -> None:
    case = a_case(place, now=clock.now(), person=person_data(last_name="Тайнова", first_name="Айгүл"))
    assert case.number in client_of().post(reverse("case-search"), {"q": query}).content.decode()


def test_search_by_number_iin_and_phone(place: Place, client_of: Any) -> None:
    iin = an_iin()
    case = a_case(place, now=clock.now(), person=person_data(iin=iin, phone="+7 701 555 44 33"))
    client = client_of()
    for query in (case.number, case.number[-5:], iin, "8 701 555 44 33"):
        assert case.number in client.post(reverse("case-search"), {"q": query}).content.decode(), query
    for query in (iin[:8], "Такойнет"):
        assert case.number not in client.post(reverse("case-search"), {"q": query}).content.decode(), query


def test_duplicates_are_shown_in_scope_only(place: Place, client_of: Any) -> None:
    person = person_data(last_name="Повторова")
    hidden = person_data(last_name="Скрытова")
    case = a_case(place, now=clock.now(), person=person)
    secret = a_case(place, now=clock.now(), person=hidden, violence=True)
    client = client_of(Role.INTAKE_CLERK)
    url = reverse("intake-duplicates")
    assert case.number in client.post(url, {"iin": person.iin}).content.decode()
    assert (
        secret.number not in client.post(url, {"iin": hidden.iin, "last_name": "Скрытова"}).content.decode()
    )


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_slip_is_a_pdf_that_names_nobody(place: Place, client_of: Any, language: str) -> None:
    intake = an_intake(place, now=clock.now())
    answer = client_of().get(f"{reverse('intake-slip-print', args=(intake.pk,))}?language={language}")
    assert "no-store" in answer["Cache-Control"]
    report = validate_pdf_bytes(answer.content, profile=ValidationProfile.PDF_UA_1)
    assert report.is_compliant, [failure.message for failure in report.failures]
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert intake.number in text
    assert intake.applicant.last_name not in text


def test_redirection_leads_to_its_letter(place: Place, client_of: Any) -> None:
    case = a_case(place, now=clock.now())
    agency = an_agency("employment", district=place.center.district)
    intake = case.intakes.get()
    data = {
        "key": str(uuid4()),
        "kind": "redirection",
        "held_at": moment(clock.now()),
        "agency": agency.pk,
        "reason": "Постановка на учёт в карьерном центре",
    }
    client = client_of()
    answer = client.post(reverse("consultation-new", args=(intake.pk,)), data)
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    pdf = client.get(f"{answer['Location']}print/?language=kk")
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.django_db
def test_districts_of_one_name_are_told_apart() -> None:
    names = [str(label) for _value, label in DistrictField().choices]
    assert len(names) == len(set(names))
    assert len([name for name in names if name.startswith("Есильский район · ")]) == 2


def test_consent_page_records_with_scan_or_date(place: Place, client_of: Any) -> None:
    case = a_case(place, now=clock.now())
    person = case.members.get().person
    data = {
        "key": str(uuid4()),
        "person": person.pk,
        "decision": "given",
        "signed_on": clock.today().strftime("%d.%m.%Y"),
        "data": ["identity", "contact"],
        "third_parties": "on",
    }
    client = client_of()
    assert client.post(reverse("consent-new", args=(case.pk,)), data).status_code == 302
    assert client.post(reverse("consent-new", args=(case.pk,)), data).status_code == 302
    consent = Consent.objects.get(case=case)
    assert (consent.state, consent.third_parties) == ("given", True)
    newer = f"{reverse('consent-new', args=(case.pk,))}?person={person.pk}"
    assert newer in client.get(reverse("consent", args=(consent.pk,))).content.decode()
    offered = client.get(newer).context["form"]
    assert [offered[name].value() for name in ("person", "third_parties")] == [person.pk, True]


def test_history_tells_who_changed_and_who_read(place: Place, client_of: Any) -> None:
    case = a_case(place, now=clock.now())
    client = client_of()
    client.get(reverse("case", args=(case.pk,)))
    text = client.get(reverse("case-history", args=(case.pk,))).content.decode()
    assert place.people[Role.CASEWORKER].user.short_name in text
    assert "k1:" not in text


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.HEAD_ACCOMPANIMENT, Role.PSYCHOLOGIST])
def test_history_of_an_opened_case_tells_what_changed_and_no_content(
    place: Place, client_of: Any, role: Role
) -> None:
    """Narrative, the response to a threat and the barred list stay with the team (security.md)."""
    now = clock.now()
    case = a_case(place, now=now)
    flag_threat(case=case, note="Муж пришёл с ножом.", by=place.by(at=now), now=now)
    bar_person(case=case, iin=an_iin(female=False), relation="бывший муж Ерлан", by=place.by(at=now), now=now)
    address = reverse("case-history", args=(case.pk,))
    team = client_of().get(address).content.decode()
    assert "Муж пришёл с ножом." in team
    assert "бывший муж Ерлан" in team
    open_with_reason(case_id=case.pk, by=place.by(role, at=now), reason="Подменяю коллегу сегодня.", now=now)
    page = client_of(role).get(address).content.decode()
    assert str(Threat._meta.verbose_name) in page.lower()
    for kept in ("Муж пришёл с ножом.", "бывший муж Ерлан", "Подменяю коллегу"):
        assert kept not in page


def test_every_mistake_of_a_form_is_told_at_once(place: Place, client_of: Any) -> None:
    data = posted(channel="body", iin="9403274500AB", phone="12", said="", threat="")
    text = client_of().post(reverse("intake-new"), data).content.decode()
    for name in ("iin", "phone", "said", "sender_name"):
        assert f'href="#id_{name}"' in text, name
    assert not Intake.objects.exists()


def test_the_form_offers_what_a_channel_comes_in_and_the_usual_way_first() -> None:
    """What the script narrows the list by is what the action allows."""
    offered = json.loads(IntakeForm.base_fields["form"].widget.attrs["data-fits"])
    assert {channel: set(forms) for channel, forms in offered.items()} == {
        channel.value: {form.value for form in forms} for channel, forms in FORMS.items()
    }
    assert {channel: forms[0] for channel, forms in offered.items()} == {
        "self": "desk",
        "contact_center": "phone",
        "state_system": "system",
        "body": "letter",
        "media": "link",
    }
