"""A house: Home Assistant as a program beside this one, with somebody living in it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
import json
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from .api import Api, ApiError
from .child import Child
from .configuration import PLAYTHINGS, THERMOMETER, Units, write_configuration
from .errors import DemoError
from .paths import CUSTOM_COMPONENTS, PYTHON, ROOT
from .ports import HOST
from .simulated import HOME, KEY

DOMAIN: Final = "heatpump_steering"

DASHBOARD: Final = "heat-pump"
"""Where our own dashboard is."""

_RESTART: Final = 100
"""The exit status by which Home Assistant asks to be started again."""
_STAND_INS: Final = Path(__file__).parent / "stand_ins"
_STOOD_IN_FOR: Final = "pymicro-vad,pyspeex-noise"
_LOADS_WITHIN: Final = 60.0


class House:
    """A Home Assistant with its frontend on 127.0.0.1, in a configuration folder of its own.

    As an async context manager it is started, moved into and, given the address of a cloud, connected to it:

        async with Simulator(fill=demo_household()) as cloud:
            async with House(tmp_path, port=free_port(), simulator_url=cloud.url, language="nl") as house:
                await page.goto(house.url)      # log in as house.username with house.password

    The steps are there one by one as well: `start`, `move_in`, `connect`, `stop`. Each goes on from where a folder
    was left. What goes wrong is a DemoError.
    """

    def __init__(
        self,
        config_dir: Path,
        *,
        port: int,
        simulator_url: str | None = None,
        language: str = "en",
        units: Units = "metric",
        time_zone: str = "Europe/Amsterdam",
        country: str = "NL",
        currency: str = "EUR",
        name: str = "Demo",
        username: str = "demo",
        password: str = "demo",
        log_level: str = "debug",
        python: Path = PYTHON,
        program: Sequence[str | Path] = ("-m", "homeassistant"),
        patience: float = 600,
    ) -> None:
        """Describe a house; nothing is written or started yet.

        `log_level` is the integration's own; everything else logs warnings. `python` is an interpreter that has Home
        Assistant, `program` what it is to run. `patience` is how many seconds a start may take: the first may install things.
        """
        config_dir = config_dir.absolute()
        self.config_dir = config_dir
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.simulator_url = simulator_url
        self.language = language
        self.units: Units = units
        self.time_zone = time_zone
        self.country = country
        self.currency = currency
        self.name = name
        self.username = username
        self.password = password
        self.api = Api(self.url)
        self._log_level = log_level
        self._patience = patience
        self._session_open = False
        self.child = Child(
            python,
            *program,
            "--config",
            config_dir,
            "--log-no-color",
            "--skip-pip-packages",
            _STOOD_IN_FOR,
            directory=config_dir,
            output=config_dir / "output.log",
            environment={"PYTHONPATH": str(_STAND_INS)},
        )

    # --- coming and going -----------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Start, move in, and connect where an address of a cloud is given."""
        try:
            await self.start()
            await self.move_in()
            if self.simulator_url is not None and not await self.entries():
                await self.connect(self.simulator_url)
                await self.feature()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Start Home Assistant and wait until it serves pages."""
        write_configuration(
            self.config_dir,
            port=self.port,
            language=self.language,
            units=self.units,
            log_level=self._log_level,
        )
        if not self._session_open:
            await self.api.__aenter__()
            self._session_open = True
        await self.child.start()
        deadline = monotonic() + self._patience
        while not await self._serves_pages():
            self._check_running(deadline)
            await asyncio.sleep(0.1)

    async def _serves_pages(self) -> bool:
        """Return whether the frontend answers, and not some page that says to wait."""
        try:
            async with self.api.session.get(
                "/", timeout=aiohttp.ClientTimeout(total=5)
            ) as answer:
                return answer.ok and "/frontend_latest/" in await answer.text()
        except aiohttp.ClientError, TimeoutError:
            return False

    def _check_running(self, deadline: float) -> None:
        if not self.child.running:
            raise self.failure("Home Assistant ended while it was starting.")
        if monotonic() > deadline:
            raise self.failure(
                f"Home Assistant has not finished starting in {self._patience:.0f} s."
            )

    async def stop(self) -> None:
        """End Home Assistant, so that all of its state is on disk. Fine to call at any time."""
        if self._session_open:
            if self.child.running:
                # Where it fails, the token ends by itself, and nothing hangs on it.
                with suppress(DemoError, aiohttp.ClientError, TimeoutError):
                    await self.api.logout()
            await self.api.__aexit__()
            self._session_open = False
            self.api = Api(self.url)
        await self.child.stop()

    async def restart(self) -> None:
        """Stop and start again, up to the point where everything is loaded."""
        await self.stop()
        await self.start()
        await self.move_in()

    async def wait(self) -> int:
        """Wait until Home Assistant ends, and return its exit status. A restart from its own pages is no end."""
        while (status := await self.child.wait()) == _RESTART:
            await self.child.start()
        return status

    def failure(self, what: str) -> DemoError:
        """Return the error that shows what Home Assistant said last."""
        return DemoError(
            what,
            f"It said last ({self.child.output}):\n{self.child.last_words()}\n"
            "If this does not tell: scripts/develop --fresh starts over.",
        )

    # --- living in it ---------------------------------------------------------------------------------------------

    async def is_new(self) -> bool:
        """Return whether nobody has finished moving in."""
        return await self.api.onboarding() is not None

    async def move_in(self) -> bool:
        """Do the onboarding, where it is not done, or log in. Then wait until everything is loaded.

        Returns False where this has to go without a login, because somebody has changed the password.
        """
        done = await self.api.onboarding()
        new = done is not None
        if not self.api.logged_in:
            if done is not None and "user" not in done:
                await self.api.create_owner(
                    self.name, self.username, self.password, self.language
                )
            else:
                try:
                    await self.api.login(self.username, self.password)
                except ApiError as error:
                    if new or error.status != HTTPStatus.UNAUTHORIZED:
                        raise
                    return False
        await self._wait_until_loaded()
        if done is not None:
            await self.furnish()
            # The end of it comes last: after an interruption this begins anew.
            await self.api.finish_onboarding(done)
        return True

    async def _wait_until_loaded(self) -> None:
        deadline = monotonic() + self._patience
        while True:
            config = await self.api.get("/api/config")
            if config["recovery_mode"]:
                raise self.failure("Home Assistant could only start in recovery mode.")
            if config["state"] == "RUNNING":
                break
            self._check_running(deadline)
            await asyncio.sleep(0.1)
        try:
            # Fails where an integration that the actions are described by could not be imported.
            await self.api.command("get_services")
        except ApiError:
            raise self.failure(
                "Home Assistant runs, but its pages would stay at “Loading…”."
            ) from None

    async def furnish(self) -> None:
        """Set place, units and language of the house, and the language of its user and its assistant."""
        config = await self.api.get("/api/config")
        wanted = {
            "location_name": _HOUSE_NAMES.get(self.language, _HOUSE_NAMES["en"]),
            "latitude": 52.0907,
            "longitude": 5.1214,
            "elevation": 5,
            "country": self.country,
            "currency": self.currency,
            "time_zone": self.time_zone,
            "unit_system": self.units,
        }
        if config["language"] != self.language:
            wanted["language"] = self.language
        await self.api.command("config/core/update", update_units=True, **wanted)
        if "language" in wanted:
            await self._teach_assistant()
        # As the onboarding's pages do; without it the overview explains what is new in it. Without the date that they
        # add, nobody is asked to take part in a survey some days later.
        await self.api.command(
            "frontend/set_system_data",
            key="core",
            value={"onboarded_version": config["version"]},
        )
        await self.api.command(
            "frontend/set_user_data",
            key="language",
            value={
                "language": self.language,
                "number_format": "language",
                "time_format": "language",
                "date_format": "language",
                "time_zone": "local",
                "first_weekday": "language",
            },
        )

    async def _teach_assistant(self) -> None:
        """Let Assist listen and answer in the language of the house, as it does where that was the first one."""
        agents = await self.api.command(
            "conversation/agent/list", language=self.language
        )
        understood = {
            agent["id"]: agent["supported_languages"] for agent in agents["agents"]
        }
        assistants = await self.api.command("assist_pipeline/pipeline/list")
        for assistant in assistants["pipelines"]:
            for language in understood.get(assistant["conversation_engine"], ())[:1]:
                changed = assistant | {
                    "language": self.language,
                    "conversation_language": language,
                }
                await self.api.command(
                    "assist_pipeline/pipeline/update",
                    pipeline_id=changed.pop("id"),
                    **changed,
                )

    async def thermometer(self) -> str:
        """Return the entity id of the room's thermometer."""
        [entity_id] = [
            str(entity["entity_id"])
            for entity in await self._entities()
            if entity["unique_id"] == THERMOMETER
        ]
        return entity_id

    async def feature(self) -> None:
        """Put the heat pumps, the room thermometer and what there is to play with on the overview."""
        thermostats = [
            entity["entity_id"]
            for entity in await self._entities()
            if entity["platform"] == DOMAIN
            and entity["entity_id"].startswith("climate.")
        ]
        await self.api.command(
            "frontend/set_system_data",
            key="home",
            value={
                "favorite_entities": [
                    *thermostats,
                    await self.thermometer(),
                    *PLAYTHINGS,
                ],
                # Those would come from a habit that nobody has yet.
                "hide_suggested_entities": True,
            },
        )

    async def add_dashboard(
        self, url_path: str, config: Mapping[str, Any], **options: Any
    ) -> None:
        """Put a dashboard into the sidebar, as somebody would who pastes its YAML."""
        await self.api.command(
            "lovelace/dashboards/create",
            url_path=url_path,
            title=config["title"],
            **options,
        )
        await self.api.command(
            "lovelace/config/save", url_path=url_path, config=dict(config)
        )

    async def add_own_dashboard(self) -> None:
        """Add our own dashboard, as the click does."""
        texts = CUSTOM_COMPONENTS / DOMAIN / "translations"
        file = texts / f"{self.language}.json"
        words = json.loads(
            (file if file.exists() else texts / "en.json").read_text(encoding="utf-8")
        )
        await self.add_dashboard(
            DASHBOARD,
            {
                "title": words["common"]["dashboard_title"],
                "strategy": {"type": "custom:heatpump-steering"},
            },
            icon="mdi:heat-pump-outline",
        )

    async def import_blueprints(self) -> None:
        """Have all of our blueprints, where the buttons of docs/blueprints.md would put them."""
        for file in sorted((ROOT / "blueprints" / "automation").rglob("*.yaml")):
            await self.api.command(
                "blueprint/save",
                domain="automation",
                path=f"heatpump-steering/{file.name}",
                yaml=file.read_text(encoding="utf-8"),
                allow_override=True,
            )

    async def _entities(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.api.command(
            "config/entity_registry/list"
        )
        return found

    # --- the heat pumps -------------------------------------------------------------------------------------------

    async def entries(self) -> list[dict[str, Any]]:
        """Return the integration's config entries."""
        found: list[dict[str, Any]] = await self.api.get(
            f"/api/config/config_entries/entry?domain={DOMAIN}"
        )
        return found

    async def connect(
        self,
        base_url: str,
        *,
        api_key: str = KEY,
        user_id: str = HOME,
        device_id: str | None = None,
        room_sensor: str | None = None,
    ) -> str:
        """Go through the config flow as somebody at the browser would, and return the id of the entry.

        `room_sensor` is picked where the flow asks for one: the home has one thermostat, and the house a sensor.
        """
        fields = {"api_key": api_key, "user_id": user_id, "base_url": base_url}
        if device_id is not None:
            fields["device_id"] = device_id
        room = {} if room_sensor is None else {"entity_id": room_sensor}
        result = await self._flow({"handler": DOMAIN}, fields, room)
        if result["type"] != "create_entry":
            raise self.failure(f"The config flow did not add the home: {_said(result)}")
        entry_id: str = result["result"]["entry_id"]
        await self.wait_for_entry(entry_id)
        return entry_id

    async def disconnect(self, entry_id: str) -> None:
        """Remove a home."""
        await self.api.delete(f"/api/config/config_entries/entry/{entry_id}")

    async def move_cloud(self, entry_id: str, base_url: str) -> None:
        """Go through the reconfigure flow, because the cloud has another address."""
        result = await self._flow(
            {"handler": DOMAIN, "entry_id": entry_id}, {"base_url": base_url}
        )
        if result.get("reason") != "reconfigure_successful":
            raise self.failure(
                f"The home could not be told the cloud's address: {_said(result)}"
            )
        await self.wait_for_entry(entry_id)

    async def pick_room_sensor(
        self, entry_id: str, heat_pump: str | None, entity_id: str
    ) -> None:
        """Go through the options flow, so that a thermostat shows a room's temperature.

        `heat_pump` says whose thermostat, where there are several.
        """
        answers = [
            {"next_step_id": "thermostat"},
            *([] if heat_pump is None else [{"heat_pump": heat_pump}]),
            {"entity_id": entity_id},
        ]
        result = await self._flow({"handler": entry_id}, *answers, kind="options/flow")
        if result["type"] != "create_entry":
            raise self.failure(
                f"The options flow did not take the room's sensor: {_said(result)}"
            )
        await self.wait_for_entry(entry_id)

    async def _flow(
        self,
        about: Mapping[str, str],
        *answers: Mapping[str, str],
        kind: str = "flow",
    ) -> dict[str, Any]:
        """Answer a flow's questions one after the other, and return what it says in the end."""
        flows = f"/api/config/config_entries/{kind}"
        try:
            result: dict[str, Any] = await self.api.post(flows, about)
            for answer in answers:
                if result["type"] not in ("form", "menu") or result.get("errors"):
                    break
                result = await self.api.post(f"{flows}/{result['flow_id']}", answer)
        except ApiError as error:
            raise self.failure(
                f"A flow of the integration's does not work. {error.what}"
            ) from error
        return result

    async def reload(self, entry_id: str) -> None:
        """Reload a home."""
        await self.api.post(f"/api/config/config_entries/entry/{entry_id}/reload", {})
        await self.wait_for_entry(entry_id)

    async def wait_for_entry(self, entry_id: str) -> None:
        """Wait until a home is loaded. Raises DemoError with Home Assistant's reason where it isn't in a minute."""
        deadline = monotonic() + _LOADS_WITHIN
        while True:
            entry = next(
                (each for each in await self.entries() if each["entry_id"] == entry_id),
                None,
            )
            if entry is None:
                raise self.failure("The home is gone again.")
            if entry["state"] == "loaded":
                return
            if monotonic() > deadline or entry["state"] == "setup_error":
                raise self.failure(
                    f"The home was added and does not load: {entry['state']}, {entry['reason']}."
                )
            await asyncio.sleep(0.1)


_HOUSE_NAMES: Final[Mapping[str, str]] = {
    "de": "Demohaus",
    "en": "Demo house",
    "nl": "Demohuis",
}


def _said(result: Mapping[str, Any]) -> str:
    """Return what a flow objects to."""
    return str(result.get("errors") or result.get("reason") or result["type"])
