"""The Compose file is whole, and the check of it can fail."""

import re

import pytest

from tests.guards.compose import documented, faults
from tests.guards.programs import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
SERVICES = {
    "postgres",
    "valkey",
    "clamav",
    "pgbouncer",
    "prepare",
    "web",
    "worker",
    "beat",
    "watch",
    "audit",
    "backup",
}


def test_compose_file_is_whole() -> None:
    assert faults(COMPOSE, EXAMPLE) == []
    assert (
        set(re.findall(r"^  (\w+):$", COMPOSE.split("\nservices:")[1].split("\nvolumes:")[0], re.MULTILINE))
        == SERVICES
    )


def test_every_setting_is_documented() -> None:
    settings = (ROOT / "family_support/settings.py").read_text()
    read = set(re.findall(r'(?:required|env\.\w+)\(\s*"([A-Z_]+)"', settings))
    assert read
    assert read <= documented(EXAMPLE)


def test_example_holds_no_secret() -> None:
    assert re.findall(r"^\w*(?:PASSWORD|SECRET|KEY)\w*=.+", EXAMPLE, re.MULTILINE) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "      postgres: {condition: service_healthy}",
            "      postgress: {condition: service_healthy}",
            "not there",
        ),
        ("condition: service_healthy", "condition: service_fine", "unknown condition"),
        (
            '    healthcheck:\n      test: ["CMD", "python"',
            '    x-off:\n      test: ["CMD", "python"',
            "no healthcheck",
        ),
        ("${OWNER_PASSWORD:?set OWNER_PASSWORD in .env}", "${OWNER_PASSWORD:-owner}", "has a default"),
        ("${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD in .env}", "postgres", "written into the file"),
        (
            "fs_runtime:${RUNTIME_PASSWORD:?set RUNTIME_PASSWORD in .env}@",
            "fs_runtime:fs@",
            "holds a password",
        ),
        ("${BASE_URL:?set BASE_URL in .env}", "${SITE_URL:?set SITE_URL in .env}", "not documented"),
        ("${BASE_URL:?set BASE_URL in .env}", "${BASE_URL}", "without a word"),
        ("      - valkey:/data", "      - cache:/data", "not declared"),
        ("    restart: unless-stopped", "    restarts: unless-stopped", "unknown key restarts"),
    ],
)
def test_planted_fault_is_found(old: str, new: str, fault: str) -> None:
    assert old in COMPOSE
    assert any(fault in line for line in faults(COMPOSE.replace(old, new), EXAMPLE))
