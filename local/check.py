"""`./check`: set up and pass every check, beside a running `./run`."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from local import browsers, memory, packages, place, services, setup
from local.place import ROOT
from local.processes import dying_with_parent
from local.setup import PYTHON
from local.supervisor import Supervisor
from local.terminal import Trouble, say, step

USAGE = """./check                    every stage: static, unit, whole, browser, faults
./check --static           the linters only
./check --faults          the faults stage only
./check --faults-full     2 000 deadlines under 50 kills: minutes (docs/faults.md)
./check -k name tests/ipr  pytest with these arguments only"""
# As many programs side by side as the smallest machine that we promise times for has processors.
SIDE_BY_SIDE = 2
# A test process waits for PostgreSQL, Chromium or a worker a third of its time: one more fills the gaps.
TEST_PROCESSES = 3
PARALLEL = ("-n", str(TEST_PROCESSES), "--dist", "worksteal")
# These look at everything that there is at once: they grow with URLs × roles, not with the code.
WHOLE = ("tests/access", "tests/demo")


@dataclass(frozen=True)
class Stage:
    """A part of the checks with its budget in seconds; the work answers whether it passed."""

    name: str
    budget: int
    work: Callable[[Mapping[str, str]], bool]


@dataclass
class Linter:
    """A program of the static stage, with what it needs in the environment beside the rest."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    # What it says is shown though it passed: what it could not look at.
    speaks: bool = False


def _python(*arguments: str) -> list[str | Path]:
    return [PYTHON, *arguments]


def _manage(*arguments: str) -> list[str | Path]:
    return _python("manage.py", *arguments)


# A demo's settings would hide what production must pass.
PRODUCTION = {
    "DEMO_MODE": "0",
    "DEBUG": "0",
    "BASE_URL": "https://check.invalid",
    "ALLOWED_HOSTS": "check.invalid",
}
APPS = (
    "family_support", "cases", "assessments", "ipr", "interagency", "shelter", "mobile_groups", "staffing",
    "monitoring",
)  # fmt: skip
LINTERS = (
    Linter("mypy", _python("-m", "mypy")),
    Linter("ruff", _python("-m", "ruff", "check", "--output-format=concise")),
    Linter("bandit", _python("-m", "bandit", "-q", "-r", "-ll", "-c", "pyproject.toml", *APPS, "local")),
    Linter("pip-audit", _python("-m", "local.vulnerabilities"), speaks=True),
    Linter("ruff format", _python("-m", "ruff", "format", "--check")),
    Linter(
        "djlint",
        _python(
            "-m", "djlint", "--lint", "--quiet", "templates", "family_support", "interagency", "monitoring"
        ),
    ),
    Linter(
        "import-linter",
        _python("-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"),
    ),
    Linter("makemigrations --check", _manage("makemigrations", "--check", "--dry-run")),
    Linter(
        "migration linter",
        _manage("lintmigrations", "--no-cache", "--warnings-as-errors", "-q", "ok", "ignore"),
        {"DJANGO_SETTINGS_MODULE": "tests.settings", "LOG_LEVEL": "WARNING"},
    ),
    Linter("check --deploy", _manage("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
    Linter("messages", _python("-m", "local.messages")),
)


def static(env: Mapping[str, str]) -> bool:
    """Every linter; what one prints is shown if it fails."""
    waiting = list(LINTERS)
    running: dict[subprocess.Popen[bytes], tuple[Linter, float]] = {}
    passed = True
    with tempfile.TemporaryDirectory() as folder:
        while waiting or running:
            while waiting and len(running) < SIDE_BY_SIDE:
                linter = waiting.pop(0)
                with Path(folder, linter.name).open("wb") as output:
                    process = subprocess.Popen(
                        [str(part) for part in linter.command],
                        cwd=ROOT,
                        env={**env, **linter.env},
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        preexec_fn=dying_with_parent(),
                    )
                running[process] = (linter, time.monotonic())
            for process in [each for each in running if each.poll() is not None]:
                linter, started = running.pop(process)
                failed = process.returncode != 0
                say(f"   {linter.name}: {'FAILED' if failed else 'ok'} ({time.monotonic() - started:.1f} s)")
                passed = passed and not failed
                if failed or linter.speaks:
                    say(Path(folder, linter.name).read_text().rstrip())
            time.sleep(0.05)
    return passed


def pytest(arguments: Sequence[str], env: Mapping[str, str]) -> bool:
    """One pytest process, its output as it comes."""
    process = subprocess.Popen(
        [str(PYTHON), "-m", "pytest", *arguments],
        cwd=ROOT,
        env=env,
        preexec_fn=dying_with_parent(signal.SIGTERM),
    )
    try:
        return process.wait() == 0
    except BaseException:
        process.terminate()
        process.wait()
        raise


def unit(env: Mapping[str, str]) -> bool:
    """Everything that has no stage of its own."""
    others = [f"--ignore={path}" for path in (*WHOLE, "tests/browser", "tests/faults")]
    return pytest(["-q", *PARALLEL, "tests", *others], env)


def whole(env: Mapping[str, str]) -> bool:
    """The product as one: every URL by every role in every relation, what no page may show, the demo's whole life."""
    return pytest(["-q", *PARALLEL, *WHOLE], env)


def browser(env: Mapping[str, str]) -> bool:
    """The pages in Chromium, in a process of their own: Playwright's loop needs Django's leave."""
    # Each file has a product of its own (web, worker, database), so files walk side by side, the longest first.
    side_by_side = ["-n", str(TEST_PROCESSES), "--dist", "loadfile", "--no-loadscope-reorder"]
    return pytest(["-q", *side_by_side, "tests/browser"], {**env, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"})


def faults(env: Mapping[str, str]) -> bool:
    """Killed workers and the like, against the real PostgreSQL, Valkey and Celery."""
    return pytest(["-q", "tests/faults"], env)


def faults_full(env: Mapping[str, str]) -> bool:
    """The run of the faults at full size, which prints its counts."""
    return (
        subprocess.run(
            [str(PYTHON), "-m", "tests.faults.harness"],
            cwd=ROOT,
            env=env,
            preexec_fn=dying_with_parent(),
            check=False,
        ).returncode
        == 0
    )


STAGES = (
    Stage("static", 60, static),
    Stage("unit", 150, unit),
    Stage("whole", 150, whole),
    Stage("browser", 180, browser),
    Stage("faults", 60, faults),
)


# Asked for by name, instead of all stages.
ALONE = {
    "--static": STAGES[:1],
    "--faults": STAGES[4:],
    "--faults-full": (Stage("faults at full size", 1800, faults_full),),
}


def main(arguments: list[str]) -> int:
    """0 if every stage passed. A failed one does not keep the next from running."""
    if arguments and arguments[0] in {"-h", "--help"}:
        say(USAGE)
        return 0
    account = place.service_account()
    place.settle(account, serving=False)
    started = time.monotonic()
    say("== set-up ==")
    data = place.data_folder("check", account)
    lock = place.lock(data / "lock", busy="Another ./check is running in this checkout: wait for it to end.")
    with place.lock(ROOT / ".var/set-up.lock", busy=None):
        packages.ensure(packages.checking())
        setup.everything(setup.CHECKING, cache=ROOT / ".var/npm")
        browsers.fetch(cache=ROOT / ".var/npm")
    env = services.environment(data) | {
        "BASE_URL": "http://localhost:8000",
        "CHROME": browsers.find() or "",
    }
    stages = ALONE.get(arguments[0] if len(arguments) == 1 else "") or STAGES
    # Single tests keep their databases on disk, made once: the next call begins at once.
    scratch = nullcontext(data) if arguments else memory.folder(data)
    with (
        lock,
        scratch as disposable,
        Supervisor(logs=data / "logs", account=account, env=env) as supervisor,
    ):
        for folder in ("home", "media", "mail"):
            # The tests run as we do: only the databases are another user's.
            place.own_folder(data / folder, None)
        if disposable != data:
            supervisor.env["TMPDIR"] = str(memory.passable(disposable / "tmp"))
        services.bring_up(supervisor, data, disposable=disposable)
        setup.static_files(data / "static", supervisor.env)
        if not arguments:
            _template(supervisor.env)
        say(f"   set-up: {time.monotonic() - started:.0f} s")
        if arguments and stages is STAGES:
            # The browser tests may be among what was asked for.
            return 0 if pytest(arguments, {**supervisor.env, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}) else 1
        return _run_stages(stages, supervisor)


def _template(env: Mapping[str, str]) -> None:
    """Prepare the database that every test's own is copied from."""
    with step("preparing the database that the tests copy"):
        command = [str(PYTHON), "-m", "tests.databases"]
        if subprocess.run(command, cwd=ROOT, env=env, preexec_fn=dying_with_parent(), check=False).returncode:
            raise Trouble("The database could not be prepared: what is wrong stands above.")


def _run_stages(stages: Sequence[Stage], supervisor: Supervisor) -> int:
    summary: list[str] = []
    failed: list[str] = []
    for stage in stages:
        say(f"\n== {stage.name} ==")
        started = time.monotonic()
        succeeded = stage.work(supervisor.env)
        supervisor.check_parts()
        seconds = time.monotonic() - started
        if not succeeded:
            failed.append(stage.name)
        over = f"  WARNING: over its budget of {stage.budget} s" if seconds > stage.budget else ""
        summary.append(f"   {stage.name:<8} {'passed' if succeeded else 'FAILED'} {seconds:6.1f} s{over}")
    say("\n== summary ==\n" + "\n".join(summary))
    if failed:
        say(f"FAILED: {', '.join(failed)}. What is wrong stands above; logs: {supervisor.logs}")
        say("One thing again: ./check --static, ./check --faults, ./check -k <part of a test's name>")
    else:
        say("All checks passed.")
    return 1 if failed else 0
