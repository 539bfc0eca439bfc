"""A house, a cloud and a browser for all tests; every test finds the home as if it had just been connected.

Every walk is played in two scenes, unless it says in which.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
import os
from typing import Final

from playwright.async_api import Browser, StorageState, async_playwright, expect
import pytest

from homeassistant.util.yaml import load_yaml_dict
from scripts.demo import House
from scripts.demo.paths import DEV, ROOT
from scripts.demo.ports import HOST, free_port
from simulator import Simulator

from .clock import PROGRAM, Clock
from .home import DASHBOARD, Home
from .households import USER_ID, households
from .past import give_past
from .pictures import Pictures
from .scenes import DESK, LAPTOP, PHONE, VIEWPORTS, Scene
from .visitor import COUNT_CLICKS, PATIENCE, Visitor, register_selectors

FAILURES: Final = DEV / "browser"
"""What a page looked like at the end of a test that failed."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that keeps pictures."""
    parser.addoption(
        "--screenshots",
        action="store_true",
        help="write the pictures for the README and the docs into docs/pictures",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know whether their test has failed."""
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


_FAILED: Final = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
async def cloud() -> AsyncIterator[Simulator]:
    """Start the cloud."""
    async with Simulator(fill=households) as simulator:
        yield simulator


@pytest.fixture(scope="session")
async def house(
    cloud: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """Start a house with our dashboard in it, and move in. Nothing is connected."""
    folder = tmp_path_factory.mktemp("house")
    async with House(folder / "config", port=free_port(), program=PROGRAM) as house:
        # Entities are given their ids in the language of the house, and get them back whenever they come again: this
        # way they are the same in every language.
        entry_id = await house.connect(cloud.url, user_id=USER_ID)
        await house.disconnect(entry_id)
        await house.add_dashboard("heat-pump", load_yaml_dict(str(DASHBOARD)))
        yield house


@pytest.fixture(scope="session")
def clock(house: House) -> Clock:
    """Return the clock by which the house knows how much time has passed."""
    return Clock(house.config_dir)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Start the Chromium that scripts/setup has found. It reaches this machine only."""
    expect.set_options(timeout=PATIENCE)
    arguments = [
        f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-sync",
        "--hide-scrollbars",
    ]
    async with async_playwright() as playwright:
        await register_selectors(playwright)
        chromium = await playwright.chromium.launch(
            executable_path=(DEV / "chromium").readlink(),
            args=arguments,
            # It cannot make itself a sandbox as root.
            chromium_sandbox=os.geteuid() != 0,
        )
        yield chromium
        await chromium.close()


@pytest.fixture(scope="session")
async def logged_in(browser: Browser, house: House) -> StorageState:
    """Log in with name and password, once, and return what the browser remembers of that."""
    page = await browser.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto(house.url)
    await page.locator("input[name=username]").fill(house.username)
    await page.locator("input[name=password]").fill(house.password)
    await page.keyboard.press("Enter")
    await Visitor(page, house).arrived()
    state = await page.context.storage_state()
    await page.close()
    return state


BLUEPRINT: Final = "heatpump_steering/window_open.yaml"
WINDOW: Final = "binary_sensor.kitchen_window"


@pytest.fixture(params=[DESK, LAPTOP, PHONE], ids=str)
def scene(request: pytest.FixtureRequest) -> Scene:
    """Return the scene. Tests that are for other ones have it as a parameter."""
    scene: Scene = request.param
    return scene


@pytest.fixture
async def empty_house(cloud: Simulator, house: House, scene: Scene) -> House:
    """Return the house with nothing connected, and a cloud that knows of no changes."""
    if house.language != scene.language:
        house.language = scene.language
        await house.furnish()
    for entry in await house.entries():
        await house.disconnect(entry["entry_id"])
    cloud.reset()
    return house


@pytest.fixture
async def home(cloud: Simulator, empty_house: House) -> Home:
    """Return the home of the one heat pump, connected."""
    home = Home(empty_house, cloud)
    await home.connect()
    return home


@pytest.fixture(scope="session")
async def past(house: House) -> None:
    """Give the house a yesterday, so that its graphs have something to show."""
    entities = {
        "room": await house.thermometer(),
        "preferred": "number.heat_pump_preferred_temperature",
        "may_fall_to": "sensor.heat_pump_room_min",
        "may_rise_to": "sensor.heat_pump_room_max",
    }
    room = await house.api.get(f"/api/states/{entities['room']}")
    database = house.config_dir / "home-assistant_v2.db"
    async with asyncio.timeout(PATIENCE / 1000):
        while True:
            if give_past(database, entities, float(room["state"]), house.time_zone):
                return
            # The recorder hears of entities at once, but writes only every few seconds.
            await asyncio.sleep(0.2)


@pytest.fixture
async def visitor(
    browser: Browser,
    house: House,
    logged_in: StorageState,
    request: pytest.FixtureRequest,
    scene: Scene,
) -> AsyncIterator[Visitor]:
    """Return somebody who opens the house in a browser of their own, as the scene wants it."""
    phone = scene.size == "phone"
    context = await browser.new_context(
        accept_downloads=True,
        color_scheme=scene.theme,
        device_scale_factor=2 if phone else 1,
        has_touch=phone,
        is_mobile=phone,
        locale=scene.language,
        reduced_motion="reduce",
        service_workers="block",
        storage_state=logged_in,
        timezone_id=house.time_zone,
        viewport=VIEWPORTS[scene.size],
    )
    async with context:
        context.set_default_timeout(PATIENCE)
        await context.add_init_script(COUNT_CLICKS)
        page = await context.new_page()
        yield Visitor(page, house)
        if request.node.stash.get(_FAILED, False):
            FAILURES.mkdir(exist_ok=True)
            await page.screenshot(path=FAILURES / f"{request.node.name}.png")


@pytest.fixture
def pictures(request: pytest.FixtureRequest, scene: Scene) -> Pictures:
    """Return where pictures go: nowhere without the flag, nor in another language than that of the docs."""
    wanted = request.config.getoption("--screenshots") and scene.language == "en"
    return Pictures(ROOT / "docs" / "pictures" if wanted else None)


@pytest.fixture
async def window(house: House) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Return a window to open and to close. Afterwards there is none, nor a blueprint or an automation."""
    api = house.api

    async def is_open(state: str) -> None:
        await api.post(
            f"/api/states/{WINDOW}",
            {
                "state": state,
                "attributes": {
                    "device_class": "window",
                    "friendly_name": "Kitchen window",
                },
            },
        )

    await is_open("off")
    await api.command(
        "blueprint/save",
        domain="automation",
        path=BLUEPRINT,
        yaml=(ROOT / "blueprints" / "automation" / BLUEPRINT).read_text(
            encoding="utf-8"
        ),
        allow_override=True,
    )
    yield is_open
    for state in await api.get("/api/states"):
        if state["entity_id"].startswith("automation."):
            await api.delete(
                f"/api/config/automation/config/{state['attributes']['id']}"
            )
    await api.command("blueprint/delete", domain="automation", path=BLUEPRINT)
    await api.delete(f"/api/states/{WINDOW}")
