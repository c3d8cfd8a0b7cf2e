"""`./run`: set up, prepare the databases, serve until stopped."""

import os
import shutil
import signal
import urllib.error
import urllib.request
from pathlib import Path

from local import packages, place, ports, services, setup
from local.place import ROOT, Account
from local.processes import call, wait_for_predecessor, wait_until
from local.setup import PYTHON
from local.supervisor import Supervisor
from local.terminal import Trouble, say, step

# While this file is in the data folder, the demo data are not whole.
UNFINISHED = "demo-unfinished"
USAGE = """./run        set up and serve until Ctrl-C

Environment (all optional):
  WEB_PORT            first port to try, 8000 by default
  DATA_DIR            databases, files, logs and secrets; .var/run by default
  DATABASE_URL        a PostgreSQL 18 of your own: the runtime role's address ...
  DATABASE_OWNER_URL  ... and the owner's
  REDIS_URL           a Valkey or Redis of your own
The other variables of .env.example are passed on."""


def main(arguments: list[str]) -> int:
    """Serve until a signal (`Stopped`) or until a part ends (`Trouble`)."""
    if arguments:
        say(USAGE)
        return 0 if arguments[0] in {"-h", "--help"} else 2
    account = place.service_account()
    place.settle(account, serving=True)
    data = place.data_folder("run", account)
    lock = place.lock(
        data / "lock",
        busy="Already running from this data folder: stop it first, or set DATA_DIR and WEB_PORT.",
    )
    with place.lock(ROOT / ".var/set-up.lock", busy=None):
        packages.ensure(packages.RUNNING)
        setup.everything(setup.RUNNING, cache=ROOT / ".var/npm")
    with Supervisor(logs=data / "logs", account=account, env=services.environment(data)) as supervisor:
        _forget_unfinished(data)
        for folder in ("home", "media", "mail", "beat"):
            place.own_folder(data / folder, account)
        services.bring_up(supervisor, data)
        supervisor.env.setdefault("BASE_URL", "http://localhost")
        setup.static_files(data / "static", supervisor.env)
        with step("preparing the database"):
            _manage("prepare_database", "preparing the database", supervisor.env | {"AS_OWNER": "1"}, account)
        demo = supervisor.env["DEMO_MODE"] == "1"
        if demo:
            _fill(data, supervisor.env, account)
        port = _web_port()
        address = f"http://localhost:{port}"
        supervisor.env["BASE_URL"] = os.environ.get("BASE_URL", address)
        _serve(supervisor, data, port)
        lock.write(f" {address}")
        lock.flush()
        accounts = (
            _manage("demo_accounts", "listing the demo accounts", supervisor.env, account) if demo else ""
        )
        say(f"\nReady: {address}\n\n{accounts}\n\nLogs: {supervisor.logs}   Stop: Ctrl-C")
        supervisor.watch()
    return 0


def _web_port() -> int:
    text = os.environ.get("WEB_PORT", "8000")
    if not text.isdigit() or not 1024 <= int(text) <= 65000:
        raise Trouble(f"WEB_PORT must be a number from 1024 to 65000, not {text!r}.")
    port = ports.first_free_from(int(text))
    if port != int(text):
        say(f"   Port {text} is taken by another program; using {port} (WEB_PORT chooses another).")
    return port


def _manage(command: str, doing: str, env: dict[str, str], account: Account | None) -> str:
    return call([PYTHON, "manage.py", command], doing=doing, env=env, cwd=ROOT, account=account).strip()


def _fill(data: Path, env: dict[str, str], account: Account | None) -> None:
    """Demo data: all of it or, if we are stopped meanwhile, a mark that makes the next start begin anew."""
    with step("filling in demo data (minutes the first time)"):
        (data / UNFINISHED).touch()
        # Half of it would be thrown away anyway, so nothing waits for the disk.
        hasty = env | {"PGOPTIONS": "-c synchronous_commit=off"}
        say("   " + _manage("seed_demo", "filling in demo data", hasty, account))
        (data / UNFINISHED).unlink()


def _forget_unfinished(data: Path) -> None:
    """Drop the embedded database in which the filling with demo data was interrupted: half stories confuse."""
    if (data / UNFINISHED).exists() and not os.environ.get("DATABASE_URL"):
        say("The last start was stopped while it filled in demo data: beginning with an empty database.")
        wait_for_predecessor(data / "postgres/postmaster.pid", name="postgres")
        for name in ("postgres", "media", "mail"):
            shutil.rmtree(data / name, ignore_errors=True)
        (data / UNFINISHED).unlink()


def _serve(supervisor: Supervisor, data: Path, port: int) -> None:
    """Start web, worker, beat and the watch over them; return when the web server answers."""
    with step("starting web server, worker, beat and watch"):
        supervisor.start(
            "web",
            [PYTHON, "-m", "gunicorn", "family_support.wsgi", "--no-control-socket", f"--bind=127.0.0.1:{port}",
             "--workers=2", "--threads=2", "--graceful-timeout=10", "--timeout=120"],
        )  # fmt: skip
        celery: list[str | Path] = [PYTHON, "-m", "celery", "--app=family_support"]
        supervisor.start(
            "worker",
            [*celery, "worker", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"],
            # Asked politely it would wait for a broker that is gone too; unfinished tasks go back to the queue.
            death_signal=signal.SIGKILL,
        )
        supervisor.start("beat", [*celery, "beat", f"--schedule={data / 'beat/schedule'}", "--pidfile="])
        supervisor.start("watch", [PYTHON, "manage.py", "watch"])
        wait_until(lambda: _answers(supervisor, port), seconds=90, waiting_for="the web server")


def _answers(supervisor: Supervisor, port: int) -> bool:
    supervisor.check_parts()
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5).close()
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True
