"""The layers of pyproject.toml's import contract, for whatever else must follow them."""

import tomllib

from tests.guards.programs import ROOT


def layers() -> list[list[str]]:
    """From the top down: the modules of each layer."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = (each for each in contracts if each["type"] == "layers")
    return [[name.strip(" ()") for name in layer.split("|")] for layer in contract["layers"]]


def height() -> dict[str, int]:
    """App label -> how many layers lie below its own."""
    return {name.rpartition(".")[2]: rank for rank, names in enumerate(reversed(layers())) for name in names}


def upward(dependencies: dict[tuple[str, str], set[tuple[str, str]]]) -> list[str]:
    """Migrations that depend on an app that is not below their own; as lines. Other people's apps are below all."""
    heights = height()
    return [
        f"{app}.{name} depends on {other}.{other_name}"
        for (app, name), parents in sorted(dependencies.items())
        for other, other_name in sorted(parents)
        if app in heights and other in heights and other != app and heights[other] >= heights[app]
    ]
