"""What upper apps add to the case page: tabs, and the act that answers each running term."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise

from cases.models import Case
from family_support.base.actor import Actor
from family_support.base.counting import counts
from family_support.deadlines.models import Deadline
from family_support.ui.components import Tile

Text = str | Promise


@dataclass(frozen=True)
class Tab:
    """A tab of the case page; its URL takes the case's primary key."""

    code: str
    label: Text
    url_name: str
    order: int


@dataclass(frozen=True)
class Act:
    """The one button of the next required action."""

    label: Text
    url: str
    icon: str = "check"


@dataclass(frozen=True)
class MemberAct:
    """A button on the card of a person of the family, for who works on the case; its URL takes the member's key."""

    label: Text
    url_name: str
    icon: str


ActFor = Callable[[Deadline, Case, Actor], Act | None]
RowsFor = Callable[[Actor], QuerySet | None]
_tabs: dict[str, Tab] = {}
_acts: dict[str, ActFor] = {}
_member_acts: list[MemberAct] = []
_tiles: list[tuple[RowsFor, Callable[[int], Tile | None]]] = []


def register_tab(tab: Tab) -> None:
    _tabs[tab.code] = tab


def tabs() -> list[Tab]:
    return sorted(_tabs.values(), key=lambda tab: tab.order)


def register_member_act(act: MemberAct) -> None:
    _member_acts.append(act)


def member_acts() -> list[MemberAct]:
    return list(_member_acts)


def register_act(term: str, act_for: ActFor) -> None:
    """Say what meets a term: the case page and My day offer it beside the due date."""
    _acts[term] = act_for


def act_for(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    """The act that meets this deadline, for this actor; None where there is nothing for them to do."""
    found = _acts.get(deadline.code)
    return found(deadline, case, actor) if found else None


def register_day_tile(rows: RowsFor, look: Callable[[int], Tile | None]) -> None:
    """Add a number to My day (alarms that are open): the rows it counts, None for whom it does not concern, and the
    tile of a count, None where it is not worth one."""
    _tiles.append((rows, look))


def day_tiles(actor: Actor) -> list[Tile]:
    """The tiles of all apps: one query, however many they are."""
    counted = [(rows, look) for rows_for, look in _tiles if (rows := rows_for(actor)) is not None]
    sizes = counts([rows for rows, _look in counted])
    tiles = (look(size) for size, (_rows, look) in zip(sizes, counted, strict=True))
    return [tile for tile in tiles if tile is not None]
