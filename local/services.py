"""PostgreSQL and Valkey of one data folder, or those that the environment names."""

import os
from pathlib import Path

from local import keys, ports, postgres, valkey
from local.setup import site_packages
from local.supervisor import Supervisor
from local.terminal import Trouble, say, step


def environment(data: Path) -> dict[str, str]:
    """What every part gets: the caller's environment, the installation's secrets, folders that it may write."""
    secrets = keys.load(data)
    own = {name: secrets[name] for name in ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY")}
    own |= {
        "DEMO_MODE": "1",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "EMAIL_URL": f"filemail://{data / 'mail'}",
        "MEDIA_ROOT": str(data / "media"),
        "STATIC_ROOT": str(data / "static"),
    }
    forced = {
        "DJANGO_SETTINGS_MODULE": "family_support.settings",
        "HOME": str(data / "home"),
        "XDG_CACHE_HOME": str(data / "home"),
        "PYTHONUNBUFFERED": "1",
    }
    return own | os.environ | forced


def bring_up(supervisor: Supervisor, data: Path, *, disposable: Path | None = None) -> None:
    """Start what the environment does not name and put the addresses into the supervisor's environment.

    ``disposable``: the folder of a database that nobody misses, where nothing is kept safe at the price of speed.
    `Trouble` if only one of the two database addresses is given: one role cannot do both (data.md 1).
    """
    secrets = keys.load(data)
    given = [name for name in ("DATABASE_URL", "DATABASE_OWNER_URL") if os.environ.get(name)]
    if len(given) == 1:
        raise Trouble(
            f"Only {given[0]} is set. Set both DATABASE_URL (runtime role) and DATABASE_OWNER_URL (owner)."
        )
    if given:
        say("   PostgreSQL: the one that DATABASE_URL names")
    else:
        with step("starting PostgreSQL"):
            supervisor.env |= postgres.start(
                supervisor, data=disposable or data, site_packages=site_packages(), port=_any_port(),
                secrets=secrets, disposable=disposable is not None,
            )  # fmt: skip
    if os.environ.get("REDIS_URL"):
        say("   Valkey: the one that REDIS_URL names")
    else:
        with step("starting Valkey"):
            supervisor.env |= valkey.start(
                supervisor, data=data, site_packages=site_packages(), port=_any_port(), secrets=secrets
            )


def _any_port() -> int:
    while (port := ports.free()) is None:
        pass
    return port
