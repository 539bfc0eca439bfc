"""A house, a cloud and a browser for all tests; every test finds the home as if it had just been connected."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import AsyncExitStack
import os
from typing import Final

from playwright.async_api import (
    Browser,
    Page,
    Route,
    StorageState,
    async_playwright,
    expect,
)
import pytest

from homeassistant.util.yaml import load_yaml_dict
from scripts.demo import House
from scripts.demo.paths import DEV, ROOT
from scripts.demo.ports import HOST, free_port
from simulator import Simulator

from .home import DASHBOARD, Home
from .households import USER_ID, households
from .past import give_past
from .pictures import Pictures
from .visitor import PATIENCE, Size, Theme, Visit, Visitor, register_selectors

FAILURES: Final = DEV / "browser"
"""What a page looked like at the end of a test that failed."""

DESKTOP: Final = (1440, 900)
PHONE: Final = (390, 844)


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
    async with House(folder / "config", port=free_port()) as house:
        # Entities are given their ids in the language of the house, and get them back whenever they come again: this
        # way they are the same in every language.
        entry_id = await house.connect(cloud.url, user_id=USER_ID)
        await house.disconnect(entry_id)
        await house.add_dashboard("heat-pump", load_yaml_dict(str(DASHBOARD)))
        yield house


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


@pytest.fixture
def language() -> str:
    """Return what the house speaks. Tests that are for several languages have it as a parameter."""
    return "en"


@pytest.fixture
async def empty_house(cloud: Simulator, house: House, language: str) -> House:
    """Return the house with nothing connected, and a cloud that knows of no changes."""
    if house.language != language:
        house.language = language
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
        "may_fall_to": "sensor.heat_pump_room_may_fall_to",
        "may_rise_to": "sensor.heat_pump_room_may_rise_to",
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
async def visit(
    browser: Browser,
    house: House,
    logged_in: StorageState,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Visit]:
    """Return what opens the house in a browser of its own, of a size and in a theme."""
    async with AsyncExitStack() as stack:
        pages: list[Page] = []

        async def open_house(
            *, size: Size = "desktop", theme: Theme = "light"
        ) -> Visitor:
            width, height = PHONE if size == "phone" else DESKTOP
            context = await browser.new_context(
                accept_downloads=True,
                color_scheme=theme,
                device_scale_factor=2 if size == "phone" else 1,
                has_touch=size == "phone",
                is_mobile=size == "phone",
                reduced_motion="reduce",
                service_workers="block",
                storage_state=logged_in,
                timezone_id=house.time_zone,
                viewport={"width": width, "height": height},
            )
            stack.push_async_callback(context.close)
            context.set_default_timeout(PATIENCE)
            await context.route(lambda url: not url.startswith(house.url), _stay_here)
            page = await context.new_page()
            pages.append(page)
            return Visitor(page, house)

        yield open_house
        if request.node.stash.get(_FAILED, False):
            FAILURES.mkdir(exist_ok=True)
            for number, page in enumerate(pages):
                await page.screenshot(
                    path=FAILURES / f"{request.node.name}-{number}.png"
                )


async def _stay_here(route: Route) -> None:
    await route.abort()


@pytest.fixture
async def visitor(visit: Visit) -> Visitor:
    """Return somebody at a desk, in daylight."""
    return await visit()


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest) -> Pictures:
    """Return where pictures go: nowhere without the flag."""
    wanted = request.config.getoption("--screenshots")
    return Pictures(ROOT / "docs" / "pictures" if wanted else None)
