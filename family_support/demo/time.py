"""Time of the demo's past: working moments of a Center, and a queue that lives stories through in order."""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from family_support.base import clock
from family_support.workdays.calendar import WorkCalendar

# A story yields the moment at which it goes on.
Story = Generator[datetime, None, None]


class Diary:
    """Working moments of one Center, drawn from a random source."""

    def __init__(self, calendar: WorkCalendar, random: Random) -> None:
        self.calendar = calendar
        self.random = random

    def at(self, day: date, hour: int | None = None) -> datetime:
        """A moment of the first working day from `day` on, during office hours."""
        working = self.calendar.roll_forward(day)[0]
        picked = self.random.randrange(9, 18) if hour is None else hour
        local = datetime.combine(working, time(picked, self.random.randrange(2, 58)))
        return local.replace(tzinfo=self.calendar.tz)

    def after(self, moment: datetime, working_days: int) -> datetime:
        """A moment so many working days later; 0 is later the same day."""
        if working_days <= 0:
            return moment + timedelta(minutes=self.random.randrange(12, 55))
        day = self.calendar.add_working_days(self.calendar.local_date(moment), working_days)[0]
        return self.at(day)


def live(stories: Iterable[Story], until: datetime) -> int:
    """Live all stories through in the order of time, up to a moment; how many steps that were."""
    order = count()
    queue: list[tuple[datetime, int, Story]] = []
    for story in stories:
        _push(queue, story, order)
    steps = 0
    while queue and queue[0][0] <= until:
        moment, _number, story = heapq.heappop(queue)
        with clock.at(moment):
            _push(queue, story, order)
        steps += 1
    return steps


def _push(queue: list[tuple[datetime, int, Story]], story: Story, order: Iterable[int]) -> None:
    try:
        heapq.heappush(queue, (next(story), next(iter(order)), story))
    except StopIteration:
        return


def together(stories: Iterable[Story]) -> Story:
    """Several stories as one, in the order of time."""
    order = count()
    queue: list[tuple[datetime, int, Story]] = []
    for story in stories:
        _push(queue, story, order)
    while queue:
        moment, _number, story = heapq.heappop(queue)
        yield moment
        _push(queue, story, order)
