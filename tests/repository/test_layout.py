"""Where code may be: the rooms of the integration, and in which direction they import each other."""

import ast
from pathlib import Path

import pytest

INTEGRATION = Path(__file__).parents[2] / "custom_components" / "heatpump_steering"
# From the ground up: each may import what is before it, and itself. What lies at the root stands on all of them.
FLOORS = ("const", "api", "model", "sync", "ui", "coordinator", "entity", "dashboard")
LONGEST_FILE = 400
LONGEST_COORDINATOR = 300
MOST_AT_ROOT = 25
MODULES = sorted(INTEGRATION.rglob("*.py"))


def floor(parts: tuple[str, ...]) -> int:
    """Return on which floor a module is; those that Home Assistant looks for are above all others."""
    name = parts[0] if parts else ""
    return FLOORS.index(name) if name in FLOORS else len(FLOORS)


def imported(path: Path) -> list[tuple[str, ...]]:
    """Return what a module imports of ours, from the root of the integration."""
    package = path.relative_to(INTEGRATION).parts[:-1]
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            module = tuple(node.module.split(".")) if node.module else ()
            found += [(*base, *module) or (alias.name,) for alias in node.names]
    return found


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(INTEGRATION))
)
def test_imports_go_downwards(path: Path) -> None:
    """No room imports one above it."""
    own = floor(path.relative_to(INTEGRATION).with_suffix("").parts)
    assert [it for it in imported(path) if floor(it) > own] == []


def test_no_circle() -> None:
    """No module imports itself by way of others."""
    graph = {
        path.relative_to(INTEGRATION).with_suffix("").parts: imported(path)
        for path in MODULES
    }

    def visit(module: tuple[str, ...], trail: tuple[tuple[str, ...], ...]) -> None:
        assert module not in trail, " → ".join("/".join(it) for it in (*trail, module))
        for target in graph.get(module, ()):
            if target in graph and target not in done:
                visit(target, (*trail, module))
        done.add(module)

    done: set[tuple[str, ...]] = set()
    for module in graph:
        if module not in done:
            visit(module, ())


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.is_relative_to(INTEGRATION / "model")],
    ids=lambda path: path.name,
)
def test_model_is_pure(path: Path) -> None:
    """Rules and state know neither Home Assistant nor the network nor a clock."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    }
    assert {name.partition(".")[0] for name in names}.isdisjoint(
        {"homeassistant", "aiohttp", "asyncio", "os", "time", "pathlib"}
    )


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(INTEGRATION))
)
def test_small_modules(path: Path) -> None:
    """A module has one reason, and fits into a head."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= (
        LONGEST_COORDINATOR if path.name == "coordinator.py" else LONGEST_FILE
    )


def test_root() -> None:
    """At the root is what Home Assistant looks for there, and little else."""
    files = [path for path in INTEGRATION.iterdir() if path.is_file()]
    assert len(files) <= MOST_AT_ROOT
