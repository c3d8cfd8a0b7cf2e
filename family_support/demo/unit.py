"""The methodology unit of a demo Center: events, notes, decisions on proposed shortcomings, a late entry corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cases.actions import record_consultation
from cases.models import Case, Consultation
from family_support.accounts.roles import Role
from family_support.demo.papers import scan
from family_support.demo.stories import Setting
from family_support.demo.time import Story
from monitoring.actions import (
    EventData,
    NoteData,
    accept_proposal,
    cancel_event,
    dismiss_proposal,
    hold_event,
    issue_annex,
    plan_event,
    send_note,
    write_note,
)
from monitoring.models import OutreachEvent, QuarterlyReport
from monitoring.quarters import Quarter
from monitoring.queries import proposals_of

Kind, Audience = OutreachEvent.Kind, OutreachEvent.Audience
EVENTS = (
    (
        Kind.TRAINING,
        Audience.SPECIALISTS,
        "Как составлять информацию об исполнении мероприятий ИПР",
        "Акимат района, малый зал",
    ),
    (
        Kind.OUTREACH,
        Audience.FAMILIES,
        "Отбасындағы жанжалды қалай шешуге болады: ата-аналармен кездесу",
        "№ 12 мектеп-лицей",
    ),
    (
        Kind.METHODICAL,
        Audience.SPECIALISTS,
        "Разбор возвратов на доработку с органами образования",
        "Центр поддержки семьи",
    ),
    (
        Kind.OUTREACH,
        Audience.CHILDREN,
        "Безопасность в интернете и дома: куда обратиться за помощью",
        "Колледж района",
    ),
    (
        Kind.CAMPAIGN,
        Audience.RESIDENTS,
        "Неделя семьи: виды государственной поддержки",
        "Центр обслуживания населения",
    ),
    (
        Kind.TRAINING,
        Audience.STAFF,
        "Первичная оценка при признаках бытового насилия",
        "Центр поддержки семьи",
    ),
)
RESULTS = (
    "Участники разобрали примеры, вопросы переданы в отделы района. Договорились о повторной встрече.",
    "Раздали памятки на двух языках, ответили на вопросы. Шесть семей записались на консультацию.",
)
CANCELLED = "Зал занят под приём избирателей, перенесено на следующий месяц."
NOTE = (
    "За квартал выросла доля обращений от органов образования. Большинство семей нуждается в социальной поддержке и "
    "помощи с трудоустройством.\n\n"
    "Мероприятия образования и социальной защиты исполняются в срок. Информация органов здравоохранения поступает с "
    "опозданием: письма руководителям направлены.\n\n"
    "По завершённым планам риск снизился у большей части семей. Повторных обращений мало. Предлагаем сохранить "
    "еженедельные сверки с органами и провести обучение по составлению информации."
)
DISMISSED = "Срок сдвинут из-за праздничных дней, орган предупредил Центр письмом."
LATE_ENTRY = (
    "Консультация по телефону записана в бумажный журнал, в систему внесена после отпуска специалиста."
)


def unit_story(setting: Setting, first: Quarter, now: datetime) -> Story:
    """Events and notes of every quarter, some still ahead."""
    quarter, number = first, 0
    while quarter.starts_at < now:
        for place in range(3):
            yield from _event(setting, quarter, number + place, now)
        yield from _note(setting, quarter, now)
        quarter, number = quarter.next, number + 3


def _event(setting: Setting, quarter: Quarter, number: int, now: datetime) -> Story:
    """Planned two weeks ahead; mostly held, now and then cancelled."""
    kind, audience, topic, place = EVENTS[number % len(EVENTS)]
    day = quarter.first_day + timedelta(days=18 + 24 * (number % 3))
    planned, begins = setting.diary.at(day - timedelta(days=15), 10), setting.diary.at(day, 15)
    yield planned
    methodologist = setting.actor(Role.METHODOLOGIST)
    data = EventData(kind, topic, audience, place, begins, "Акимат района" if number % 2 else "")
    event = plan_event(center=setting.staffed.center, data=data, by=methodologist, now=planned)
    if number % 7 == 5:
        moment = begins - timedelta(days=1)
        yield moment
        cancel_event(
            event=event, reason=CANCELLED, expected_version=event.version, by=methodologist, now=moment
        )
        return
    moment = begins + timedelta(hours=2)
    yield moment
    hold_event(
        event=event,
        participants=setting.random.randint(12, 64),
        result=RESULTS[number % len(RESULTS)],
        materials=scan("materials") if number % 3 == 0 else None,
        expected_version=event.version,
        by=methodologist,
        now=moment,
    )


def _note(setting: Setting, quarter: Quarter, now: datetime) -> Story:
    """Written after the quarter, sent a day later; the last one is still a draft."""
    moment = setting.diary.after(quarter.ends_at, 6)
    yield moment
    by = setting.actor(Role.METHODOLOGIST)
    title = f"Эффективность помощи семьям, {quarter.number} квартал {quarter.year} года"
    data = NoteData("effectiveness", title, NOTE, quarter.year, quarter.number)
    note = write_note(center=setting.staffed.center, data=data, by=by, now=moment)
    if quarter.next.ends_at > now:
        return
    moment = setting.diary.after(moment, 1)
    yield moment
    send_note(note=note, expected_version=note.version, by=by, now=moment)


def decide_proposals(setting: Setting, report: QuarterlyReport, now: datetime, *, open_left: int = 0) -> int:
    """The methodologist goes through what the figures propose: takes two, sets the rest aside; how many were taken."""
    by = setting.actor(Role.METHODOLOGIST)
    lines = [line for line in proposals_of(report) if line.row.state == "proposed"]
    taken = 0
    for number, line in enumerate(lines[: len(lines) - open_left] if open_left else lines):
        if number < 2:
            accept_proposal(
                proposed=line.row,
                agency=line.row.agency,
                text=line.text,
                proposal=line.proposal,
                by=by,
                now=now,
            )
            taken += 1
        else:
            dismiss_proposal(proposed=line.row, reason=DISMISSED, by=by, now=now)
    return taken


def late_entry(
    setting: Setting, report: QuarterlyReport, quarter: Quarter, after: datetime
) -> Iterator[datetime]:
    """A consultation of the quarter is recorded after it was sent; the director issues the annex."""
    moment = setting.diary.after(after, 4)
    yield moment
    case = (
        Case.objects.open()
        .filter(
            center=setting.staffed.center,
            lead__in=setting.actors,
            opened_at__gte=quarter.starts_at,
            opened_at__lt=quarter.ends_at - timedelta(days=5),
        )
        .order_by("pk")
        .first()
    )
    if case is None or case.lead_id is None:
        return
    record_consultation(
        case=case,
        kind=Consultation.Kind.CONSULTATION,
        topic=Consultation.Topic.STATE_SUPPORT,
        summary="Разъяснён порядок назначения пособия, перечень документов.",
        held_at=quarter.ends_at - timedelta(days=3, hours=9),
        by=setting.actors[case.lead_id],
        now=moment,
    )
    moment = setting.diary.after(moment, 1)
    yield moment
    issue_annex(
        report=report,
        note=LATE_ENTRY,
        expected_version=report.version,
        by=setting.actor(Role.DIRECTOR),
        now=moment,
    )
