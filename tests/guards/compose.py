"""What the Compose file must be: well formed, whole in its references, watched, without a password of its own."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

TOP = {"name", "services", "volumes", "networks", "configs", "secrets"}
SERVICE = {
    "build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "init", "ports", "read_only",
    "restart", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?P<operator>:?[-?])?(?P<operand>[^}]*)\}")
SECRET = re.compile(r"PASSWORD|SECRET|KEY|TOKEN")


def documented(example: str) -> set[str]:
    """The variables of .env.example, also those commented out to show a default."""
    return set(re.findall(r"^#?(\w+)=", example, re.MULTILINE))


def faults(compose: str, example: str) -> list[str]:
    """What is wrong with the Compose file, a line for each fault."""
    document = yaml.safe_load(compose)
    services = document.get("services", {})
    found = [f"unknown key {key}" for key in document if key not in TOP and not key.startswith("x-")]
    found += [fault for name, service in services.items() for fault in _service(name, service, document)]
    return found + list(_variables(compose, documented(example)))


def _service(name: str, service: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    yield from (f"{name}: unknown key {key}" for key in service if key not in SERVICE)
    if not {"image", "build"} & service.keys():
        yield f"{name}: neither image nor build"
    if "healthcheck" not in service:
        yield f"{name}: no healthcheck"
    elif not service["healthcheck"].get("disable") and not service["healthcheck"].get("test"):
        yield f"{name}: healthcheck without test"
    for other, how in service.get("depends_on", {}).items():
        target = document["services"].get(other)
        if target is None:
            yield f"{name}: depends on {other}, which is not there"
        elif how.get("condition") not in CONDITIONS:
            yield f"{name}: unknown condition for {other}"
        elif how["condition"] == "service_healthy" and target.get("healthcheck", {}).get("disable"):
            yield f"{name}: waits for the health of {other}, which has no check"
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if not source.startswith((".", "/")) and source not in document.get("volumes", {}):
            yield f"{name}: volume {source} is not declared"
    for variable, value in service.get("environment", {}).items():
        if SECRET.search(variable) and not str(value).startswith("${"):
            yield f"{name}: {variable} is written into the file"
        if re.search(r"://[^$@]*:[^$@]+@", str(value)):
            yield f"{name}: {variable} holds a password"


def _variables(compose: str, known: set[str]) -> Iterator[str]:
    for match in VARIABLE.finditer(compose):
        name, operator = match[1], match["operator"] or ""
        if name not in known:
            yield f"{name} is not documented in .env.example"
        if SECRET.search(name) and not (operator == ":?" and match["operand"]):
            yield f"{name} may be empty or has a default"
        elif not operator:
            yield f"{name} may be missing without a word"
