"""The product's settings with a clock that the run moves, and with handlers that fail."""

from family_support.settings import *  # noqa: F403
from family_support.settings import INSTALLED_APPS
from tests.faults import moving

moving.begin()
INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.poison.apps.PoisonConfig"]
