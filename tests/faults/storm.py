"""One run: deadlines come due while the clock is moved and the parts of the product are killed, again and again."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Exists, OuterRef

from cases.models import Intake
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.audit.models import Change
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.deadlines.actions import LIMITS, open_deadline
from family_support.deadlines.models import Deadline, DeadlineLevel, Term
from family_support.notifications.models import Mail
from family_support.operations.actions import retry_deliveries
from family_support.operations.models import Incident, Part
from family_support.outbox.events import emit
from family_support.outbox.models import Delivery, Event
from tests.factories import Place, a_center, actor_for, an_intake
from tests.faults import moving
from tests.faults.checks import Expected, Findings, findings
from tests.faults.poison.apps import FINE, POISON
from tests.faults.post import Post
from tests.faults.servers import Servers
from tests.places import make_membership
from tests.services import Service, stack

SUBJECT = "faults.row"
# From the days before new year to those after 29 February. With what follows it stays below the ninety days after
# which delivered events are forgotten: they are counted here.
DAYS = 66
# Levels that come later than this are none of the run's.
AFTERMATH = timedelta(days=20)
# What a killed worker held comes free after its lease of a minute; security.md gives everything two.
LATE = 120
SILENT = 8  # seconds, in a run, without a sign of life
# Their handlers look for the record itself, which these rows do not have.
OF_A_RECORD = {
    "minor_notice_law_enforcement",
    "minor_notice_guardianship",
    "stay_limit",
    "transfer_acceptance",
}
SHARES = {"worker": 50, "broker": 20, "beat": 20, "watch": 10}


@dataclass
class Report:
    """What a run prints."""

    deadlines: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    flushes: int = 0
    database_stops: int = 0
    clock_moves: int = 0
    moved_back: int = 0
    findings: Findings = field(default_factory=Findings)
    latest_delay: float = 0
    delays: list[float] = field(default_factory=list)
    intakes: int = 0
    intakes_lost: int = 0
    half_cases: int = 0
    poison: int = 0
    poison_parked: int = 0
    beside_poison_undelivered: int = 0
    mails: int = 0
    mails_lost: int = 0
    mails_repeated: int = 0
    mails_more_than_twice: int = 0
    silence_noticed: dict[str, float] = field(default_factory=dict)
    incidents_twice: int = 0
    late_without_beat: int = 0
    seconds: float = 0

    def broken(self) -> list[str]:
        """The promises that did not hold."""
        wrong = list(self.findings.problems)
        wrong += [f"recovery took {self.latest_delay:.0f} s"] if self.latest_delay > LATE else []
        for name in (
            "intakes_lost", "half_cases", "beside_poison_undelivered", "mails_lost", "mails_more_than_twice",
            "incidents_twice", "late_without_beat",
        ):  # fmt: skip
            wrong += [f"{name}: {getattr(self, name)}"] if getattr(self, name) else []
        if self.poison_parked != self.poison:
            wrong.append(f"{self.poison_parked} of {self.poison} poison deliveries parked")
        return wrong

    def lines(self) -> Iterator[str]:
        """For people."""
        for name, value in asdict(self).items():
            if name == "findings":
                yield from (f"{key:>26}  {each}" for key, each in value.items() if key != "problems")
            else:
                yield f"{name:>26}  {value}"


def patiently(ask: Callable[[], Any], seconds: float = 60) -> Any:
    """Ask the database, which may be away at this moment."""
    end = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


class Clerks:
    """Two people who register intakes all the time; only what they were told is registered counts."""

    def __init__(self, place: Place, pause: float) -> None:
        self.place, self.pause = place, pause
        self.acknowledged: list[int] = []
        self.refused = 0
        self._stop = threading.Event()
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(2)]
        for thread in self.threads:
            thread.start()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                intake = an_intake(self.place, by=actor_for(self.by), now=clock.now())
                self.acknowledged.append(intake.pk)
            except (DatabaseError, InterfaceError):
                self.refused += 1
                connection.close()
            self._stop.wait(self.pause)
        connection.close()

    @property
    def by(self) -> Any:
        return self.place.people[Role.CASEWORKER]

    def leave(self) -> None:
        self._stop.set()
        for thread in self.threads:
            thread.join(30)


class Storm:
    """Seeded: the same seed gives the same faults in the same order, if not at the same microsecond."""

    def __init__(
        self,
        servers: Servers,
        folder: Path,
        *,
        deadlines: int,
        kills: int,
        seed: int,
        say: Callable[[str], None],
        short: bool = False,
    ) -> None:
        self.servers, self.say, self.short = servers, say, short
        self.chance = random.Random(seed)
        self.report = Report(deadlines=deadlines)
        self.kills = kills
        self.post = Post()
        self.place = a_center()
        self.admin = make_membership(Role.SYSTEM_ADMIN)
        self.expected: Expected = {}
        self.ends = clock.now() + timedelta(days=DAYS) + AFTERMATH
        self.folder = folder
        self.parts: dict[str, list[Service]] = {"worker": [], "beat": [], "watch": []}

    # --- what comes due ---

    def open_deadlines(self) -> None:
        """As many as asked for, of every term that runs, begun all over the time of the run."""
        terms = [
            term.code
            for term in Term.objects.filter(valid_to=None).order_by("code")
            if term.code not in LIMITS | OF_A_RECORD and term.length and term.unit != Term.Unit.MONTHS
        ]
        count, models = self.report.deadlines, min(len(terms) * 4, self.report.deadlines)
        begins = clock.now()
        for number in range(models):
            started = begins + timedelta(days=self.chance.uniform(0, DAYS - 15))
            with acting(SYSTEM):
                model = open_deadline(
                    term=terms[number % len(terms)], started_at=started, by=SYSTEM, now=started,
                    center=self.place.center, case_id=None, subject=(SUBJECT, number),
                )  # fmt: skip
                Deadline.objects.bulk_create(
                    [_copy(model, each) for each in range(number + models, count, models)]
                )
        for row in Deadline.objects.filter(subject_type=SUBJECT):
            moments = [(level, datetime.fromisoformat(at)) for level, at in row.schedule]
            self.expected[row.pk] = [(level, at) for level, at in moments if at < self.ends]
        assert len(self.expected) == count

    def emit_poison(self, number: int) -> None:
        with transaction.atomic():
            for _each in range(number):
                emit(POISON)
                emit(FINE)
        self.report.poison = number

    # --- the parts ---

    def start(self, name: str) -> None:
        begin = {"worker": lambda: self.running.worker(concurrency=1, wait=False),
                 "beat": lambda: self.running.beat(wait=False), "watch": self.running.watch}  # fmt: skip
        self.parts[name].append(begin[name]())

    def kill(self, name: str) -> None:
        """kill -9 of one of a kind, and another begins."""
        if name == "broker":
            self.servers.kill_broker()
            time.sleep(self.chance.uniform(0, 1))
            self.servers.start_broker()
        else:
            self.parts[name].pop(0).kill()
            self.start(name)
        self.report.kills[name] = self.report.kills.get(name, 0) + 1

    def deck(self) -> list[str]:
        """All faults of the run in a random order."""
        weighed = [name for name, share in SHARES.items() for _ in range(share)]
        step = len(weighed) / self.kills
        kills = [weighed[int(number * step)] for number in range(self.kills)]
        extra = max(1, self.kills // 12)
        others = ["flush"] * extra + ["database"] * extra + ["back"] * extra
        self.chance.shuffle(kills)
        for each in others:
            kills.insert(self.chance.randrange(1, len(kills)), each)
        return kills

    # --- the run ---

    def run(self) -> Report:
        began = time.monotonic()
        self.open_deadlines()
        self.emit_poison(3)
        env = {
            "SWEEP_SECONDS": "2", "WATCH_SECONDS": "1", "SILENT_SECONDS": str(SILENT), "BASE_URL": "http://localhost",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.post.port}", "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        with stack(self.folder, **self.servers.env, **env) as self.running:
            for name in ("worker", "worker", "beat", "beat", "watch"):
                self.start(name)
            clerks = Clerks(self.place, 0.5)
            self._weather(self.deck())
            clerks.leave()
            self._move(self.ends + timedelta(minutes=1) - clock.now())
            self._recover("end")
            self._settle_poison_and_mail()
            if not self.short:
                self._silence()
        self._count(clerks)
        self.report.seconds = round(time.monotonic() - began)
        return self.report

    def _weather(self, deck: list[str]) -> None:
        span = timedelta(days=DAYS)
        for number, fault in enumerate(deck):
            if number == len(deck) // 3:
                self.post.die()
            if number == 2 * len(deck) // 3:
                self.post.live()
            self._move(span / len(deck) * self.chance.uniform(0.2, 1.8))
            self._see_work()
            time.sleep(self.chance.uniform(0, 0.4))
            self.say(f"{number + 1:>3}/{len(deck)} {clock.local_date(clock.now())} {fault}")
            if fault == "flush":
                self.servers.flush_broker()
                self.report.flushes += 1
            elif fault == "database":
                self._stop_database()
            elif fault == "back":
                self._move(-timedelta(hours=self.chance.choice((1, 5, 30, 60))))
                self.report.moved_back += 1
            else:
                self.kill(fault)
            if number % 12 == 11:
                self._recover(fault)

    def _move(self, by: timedelta) -> None:
        moving.move(by)
        self.report.clock_moves += 1

    def _see_work(self) -> None:
        """A fault hits something: wait a little until the sweep has begun with what came due."""
        seen = patiently(DeadlineLevel.objects.count)
        end = time.monotonic() + 3
        while patiently(DeadlineLevel.objects.count) == seen and time.monotonic() < end:
            time.sleep(0.03)

    def _stop_database(self) -> None:
        """In the middle of transactions: some intakes are being registered at this very moment."""
        connection.close()
        self.servers.stop_database_at_once()
        time.sleep(self.chance.uniform(0, 1))
        self.servers.start_database()
        self.report.database_stops += 1

    def _recover(self, after: str) -> None:
        """All parts run again: how long until nothing due is left?"""
        began = time.monotonic()
        while not patiently(self._settled) and time.monotonic() - began < LATE + 5:
            time.sleep(0.2)
        took = round(time.monotonic() - began, 1)
        if took > LATE:
            self._tell_what_is_left()
        self.report.delays.append(took)
        self.report.latest_delay = max(self.report.latest_delay, took)
        self.say(f"    recovered after {after} in {took} s")

    def _tell_what_is_left(self) -> None:
        now = clock.now()
        due = Deadline.objects.open().filter(next_at__lt=now).count()
        left = Delivery.objects.pending().exclude(event__type=POISON)
        rows = left.values_list("event__type", "handler", "attempts", "last_error", "next_attempt_at")[:5]
        self.say(f"    {now}: {due} deadlines not swept, {left.count()} deliveries: {list(rows)}")
        for service in self.running.services[-6:]:
            self.say(f"    {service.log.name} {service.process.poll()}: {service.output()[-600:]}")

    @staticmethod
    def _settled() -> bool:
        now = clock.now()
        return (
            not Deadline.objects.open().filter(next_at__lt=now).exists()
            and not Delivery.objects.pending().exclude(event__type=POISON).exists()
        )

    def _settle_poison_and_mail(self) -> None:
        """Hours later poison has run out of attempts, and the mail server has long been back."""
        for _hour in range(12):
            self._move(timedelta(hours=1, minutes=1))
            end = time.monotonic() + 8
            while time.monotonic() < end and patiently(self._due):
                time.sleep(0.2)
            if not patiently(self._left):
                break
        self.report.poison_parked = Delivery.objects.parked().filter(event__type=POISON).count()
        by = actor_for(self.admin, at=clock.now())
        for row in Delivery.objects.parked().filter(event__type=POISON)[:1]:
            retry_deliveries(
                event_type=POISON, handler=row.handler, error=row.last_error, by=by, now=clock.now()
            )

    @staticmethod
    def _due() -> bool:
        now = clock.now()
        return (
            Delivery.objects.due(now).exists()
            or Mail.objects.waiting().filter(next_attempt_at__lte=now).exists()
        )

    @staticmethod
    def _left() -> bool:
        return Delivery.objects.pending().exists() or Mail.objects.waiting().exists()

    # --- silence ---

    def _silence(self) -> None:
        """Beat dies and stays dead, then the workers do: noticed apart, each once, and deadlines go on without them."""
        time.sleep(SILENT + 3)  # the clock has just been moved: the watch begins anew
        for name, part in (("beat", Part.BEAT), ("worker", Part.WORKER)):
            before = set(Incident.objects.values_list("pk", flat=True))
            for service in self.parts[name]:
                service.kill()
            dead = len(self.parts[name])
            self.parts[name].clear()
            began = time.monotonic()
            fresh = Incident.objects.filter(part=part).exclude(pk__in=before)
            while not patiently(fresh.exists) and time.monotonic() - began < 60:
                time.sleep(0.1)
            self.report.silence_noticed[name] = round(time.monotonic() - began, 1)
            self._deadlines_go_on()
            for _each in range(dead):
                self.start(name)
            while patiently(fresh.filter(closed_at=None).exists) and time.monotonic() - began < 120:
                time.sleep(0.1)
            self.report.incidents_twice += patiently(fresh.count) - 1

    def _deadlines_go_on(self) -> None:
        """A level comes due while nobody but the watch is there to see it."""
        with acting(SYSTEM):
            row = open_deadline(
                term="assessment", started_at=clock.now(), by=SYSTEM, now=clock.now(), center=self.place.center,
                case_id=None, subject=("faults.silence", Deadline.objects.count()),
            )  # fmt: skip
            Deadline.objects.filter(pk=row.pk).update(
                next_at=clock.now(), schedule=[["overdue", clock.now().isoformat()]]
            )
        end = time.monotonic() + 30
        while not DeadlineLevel.objects.filter(deadline=row).exists() and time.monotonic() < end:
            time.sleep(0.2)
        self.report.late_without_beat += not DeadlineLevel.objects.filter(deadline=row).exists()

    # --- the counts ---

    def _count(self, clerks: Clerks) -> None:
        report = self.report
        report.findings = findings(self.expected, apart_from=(POISON,))
        report.intakes = len(clerks.acknowledged)
        kept = set(Intake.objects.values_list("pk", flat=True))
        report.intakes_lost = len(set(clerks.acknowledged) - kept)
        report.half_cases = half_intakes()
        report.beside_poison_undelivered = (
            Delivery.objects.filter(event__type__in=(FINE, POISON), handler__endswith="works")
            .exclude(state=Delivery.State.DONE)
            .count()
        )
        mails = list(Mail.objects.values_list("message_id", "sent_at", "parked_at", "covered_by"))
        report.mails = len(mails)
        report.mails_lost = sum(
            1
            for key, sent, parked, covered in mails
            if (sent and not covered and not self.post.taken[key]) or (not sent and not parked)
        )
        report.mails_repeated = sum(1 for number in self.post.taken.values() if number > 1)
        report.mails_more_than_twice = sum(1 for number in self.post.taken.values() if number > 2)


def half_intakes() -> int:
    """Intakes without a deadline, without an event, or without their row in the history; and the other way round."""
    rows = Intake.objects.exclude(case=None)
    known = Counter(
        Change.objects.filter(table_name=Intake._meta.db_table, operation="I").values_list(
            "row_id", flat=True
        )
    )
    of_case: dict[str, Any] = {"case_id": OuterRef("case_id")}
    half = rows.exclude(Exists(Deadline.objects.filter(**of_case)) & Exists(Event.objects.filter(**of_case)))
    unknown = [pk for pk in Intake.objects.values_list("pk", flat=True) if known[str(pk)] != 1]
    cases = Deadline.objects.exclude(case_id=None).exclude(case_id__in=rows.values("case_id"))
    return half.count() + len(unknown) + cases.count()


def _copy(model: Deadline, number: int) -> Deadline:
    values = {field.attname: getattr(model, field.attname) for field in model._meta.concrete_fields}
    return Deadline(**values | {"id": None, "subject_id": number})
