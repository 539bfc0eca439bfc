"""The control part over HTTP, under /_simulator: what tests in other processes and people at a terminal use."""

from collections.abc import Awaitable, Callable, Mapping
import json
from pathlib import Path
from typing import Final

from aiohttp import web

from .cloud import Cloud, NotFoundError, Supplier
from .fields import nest
from .heat_pump import HeatPump
from .reading import InputError, Json, flag, items, mapping, optional_text, text, whole
from .state import SimulatedCloud
from .weather import Rule

PREFIX: Final = "/_simulator"
DESCRIPTION: Final = Path(__file__).parent / "openapi.json"

type _Handler = Callable[[web.Request], Awaitable[web.Response]]


class Control:
    """The control routes of a simulated cloud. What they cannot do raises InputError (400) or NotFoundError (404)."""

    def __init__(self, simulated: SimulatedCloud) -> None:
        """Control a simulated cloud."""
        self._simulated = simulated

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes, and an answer of our own kind for everything else under the prefix."""
        routes: tuple[tuple[str, str, _Handler], ...] = (
            ("GET", "", self._overview),
            ("POST", "/reset", self._reset),
            ("GET", "/openapi.json", self._describe),
            ("GET", "/journal", self._get_journal),
            ("DELETE", "/journal", self._clear_journal),
            ("GET", "/behaviour", self._get_behaviour),
            ("PATCH", "/behaviour", self._change_behaviour),
            ("DELETE", "/behaviour", self._reset_behaviour),
            ("GET", "/weather", self._get_weather),
            ("PUT", "/weather", self._replace_weather),
            ("POST", "/weather", self._add_weather),
            ("DELETE", "/weather", self._clear_weather),
            ("POST", "/weather/release", self._release),
            ("GET", "/suppliers", self._get_suppliers),
            ("PUT", "/suppliers/{name}", self._put_supplier),
            ("DELETE", "/suppliers/{name}", self._remove_supplier),
            ("PUT", "/suppliers/{name}/users/{user_id}", self._put_user),
            ("DELETE", "/suppliers/{name}/users/{user_id}", self._remove_user),
            ("GET", "/heat-pumps", self._get_heat_pumps),
            ("GET", "/heat-pumps/{device_id}", self._get_heat_pump),
            ("PUT", "/heat-pumps/{device_id}", self._put_heat_pump),
            ("PATCH", "/heat-pumps/{device_id}", self._change_heat_pump),
            ("DELETE", "/heat-pumps/{device_id}", self._remove_heat_pump),
            ("POST", "/heat-pumps/{device_id}/settings", self._change_settings),
            ("POST", "/heat-pumps/{device_id}/relink", self._relink),
        )
        for method, path, handler in routes:
            router.add_route(method, PREFIX + path, _answering(handler))
        router.add_route("*", PREFIX + "{path:(/.*)?}", _answering(_nothing_here))

    @property
    def _cloud(self) -> Cloud:
        return self._simulated.cloud

    # --- all of it ------------------------------------------------------------------------------------------------

    async def _overview(self, _: web.Request) -> web.Response:
        """Say how things stand."""
        simulated = self._simulated
        return _json(
            {
                "suppliers": [
                    _supplier_json(supplier) for supplier in simulated.cloud.suppliers()
                ],
                "heat_pumps": [pump.device_id for pump in simulated.cloud.heat_pumps()],
                "requests": len(simulated.journal),
                "in_flight": len(simulated.journal.in_flight()),
                "held": simulated.weather.held,
                "weather": [rule.to_json() for rule in simulated.weather.rules],
                "behaviour": simulated.behaviour.to_json(),
            }
        )

    async def _reset(self, _: web.Request) -> web.Response:
        self._simulated.reset()
        return _done()

    async def _describe(self, _: web.Request) -> web.Response:
        return web.Response(
            text=DESCRIPTION.read_text(encoding="utf-8"),
            content_type="application/json",
        )

    # --- the journal ----------------------------------------------------------------------------------------------

    async def _get_journal(self, request: web.Request) -> web.Response:
        query = request.query
        entries = self._simulated.journal.entries(
            method=query.get("method"),
            path=query.get("path"),
            user_id=query.get("user_id"),
            device_id=query.get("device_id"),
            finished=query.get("finished") == "true",
            since=int(since) if (since := query.get("since", "0")).isdecimal() else 0,
        )
        return _json({"requests": [entry.to_json() for entry in entries]})

    async def _clear_journal(self, _: web.Request) -> web.Response:
        self._simulated.journal.clear()
        return _done()

    # --- behaviour ------------------------------------------------------------------------------------------------

    async def _get_behaviour(self, _: web.Request) -> web.Response:
        return _json(self._simulated.behaviour.to_json())

    async def _change_behaviour(self, request: web.Request) -> web.Response:
        self._simulated.behaviour.update(await _object(request))
        return _json(self._simulated.behaviour.to_json())

    async def _reset_behaviour(self, _: web.Request) -> web.Response:
        self._simulated.behaviour.reset()
        return _done()

    # --- weather --------------------------------------------------------------------------------------------------

    async def _get_weather(self, _: web.Request) -> web.Response:
        weather = self._simulated.weather
        return _json(
            {"rules": [rule.to_json() for rule in weather.rules], "held": weather.held}
        )

    async def _replace_weather(self, request: web.Request) -> web.Response:
        body = await _body(request)
        given = {"rules": body} if isinstance(body, list) else mapping("the body", body)
        rules = [Rule.from_json(each) for each in items("rules", given.get("rules"))]
        self._simulated.weather.seed(whole("seed", given.get("seed", 0)))
        self._simulated.weather.replace(rules)
        return await self._get_weather(request)

    async def _add_weather(self, request: web.Request) -> web.Response:
        body = await _body(request)
        for rule in [
            Rule.from_json(each)
            for each in (body if isinstance(body, list) else [body])
        ]:
            self._simulated.weather.add(rule)
        return await self._get_weather(request)

    async def _clear_weather(self, _: web.Request) -> web.Response:
        self._simulated.weather.clear()
        return _done()

    async def _release(self, request: web.Request) -> web.Response:
        count = (await _object(request)).get("count") if request.can_read_body else None
        count = None if count is None else whole("count", count)
        return _json({"released": self._simulated.weather.release(count)})

    # --- suppliers and users --------------------------------------------------------------------------------------

    async def _get_suppliers(self, _: web.Request) -> web.Response:
        return _json(
            {
                "suppliers": [
                    _supplier_json(supplier) for supplier in self._cloud.suppliers()
                ]
            }
        )

    async def _put_supplier(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        keys = items("keys", (await _object(request)).get("keys"))
        read = [text("a key", key) for key in keys]
        try:
            self._cloud.supplier(name)
        except NotFoundError:
            if not read:
                raise
            self._cloud.add_supplier(read[0], name)
        self._cloud.set_keys(name, read)
        return _json(_supplier_json(self._cloud.supplier(name)))

    async def _remove_supplier(self, request: web.Request) -> web.Response:
        self._cloud.remove_supplier(request.match_info["name"])
        return _done()

    async def _put_user(self, request: web.Request) -> web.Response:
        self._cloud.supplier(request.match_info["name"])
        self._cloud.add_user(
            request.match_info["user_id"], supplier=request.match_info["name"]
        )
        return _done()

    async def _remove_user(self, request: web.Request) -> web.Response:
        self._cloud.remove_user(
            request.match_info["user_id"], supplier=request.match_info["name"]
        )
        return _done()

    # --- heat pumps -----------------------------------------------------------------------------------------------

    async def _get_heat_pumps(self, _: web.Request) -> web.Response:
        return _json(
            {
                "heat_pumps": [
                    self._heat_pump_json(pump) for pump in self._cloud.heat_pumps()
                ]
            }
        )

    async def _get_heat_pump(self, request: web.Request) -> web.Response:
        return _json(
            self._heat_pump_json(self._cloud.heat_pump(request.match_info["device_id"]))
        )

    async def _put_heat_pump(self, request: web.Request) -> web.Response:
        values = dict(await _object(request))
        pump = self._cloud.put_heat_pump(
            request.match_info["device_id"],
            text("user_id", values.pop("user_id", None)),
            supplier=optional_text("supplier", values.pop("supplier", None)),
            settings=None
            if (settings := values.pop("settings", None)) is None
            else mapping("settings", settings),
            attributes=values,
        )
        return _json(self._heat_pump_json(pump))

    async def _change_heat_pump(self, request: web.Request) -> web.Response:
        pump = self._cloud.update_heat_pump(
            request.match_info["device_id"], await _object(request)
        )
        return _json(self._heat_pump_json(pump))

    async def _remove_heat_pump(self, request: web.Request) -> web.Response:
        self._cloud.remove_heat_pump(request.match_info["device_id"])
        return _done()

    async def _change_settings(self, request: web.Request) -> web.Response:
        values = await _object(request)
        device_id = request.match_info["device_id"]
        self._cloud.change_settings(
            device_id,
            mapping("settings", values.get("settings")),
            moves_updated_at=flag(
                "moves_updated_at", values.get("moves_updated_at", True)
            ),
            lags=flag("lags", values.get("lags", False)),
        )
        return _json(self._heat_pump_json(self._cloud.heat_pump(device_id)))

    async def _relink(self, request: web.Request) -> web.Response:
        new_id = text("device_id", (await _object(request)).get("device_id"))
        self._cloud.relink(request.match_info["device_id"], new_id)
        return _json(self._heat_pump_json(self._cloud.heat_pump(new_id)))

    def _heat_pump_json(self, pump: HeatPump) -> dict[str, Json]:
        return {
            **pump.to_json(),
            "shown": dict(nest(self._cloud.view(pump, counts=False).settings)),
        }


def _answering(
    handler: _Handler,
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that says in JSON what was wrong."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotFoundError as error:
            return _json({"error": str(error)}, status=404)
        except (InputError, json.JSONDecodeError, UnicodeDecodeError) as error:
            return _json({"error": str(error)}, status=400)

    return answer


async def _nothing_here(request: web.Request) -> web.Response:
    return _json({"error": f"no {request.method} {request.path}"}, status=404)


async def _body(request: web.Request) -> Json:
    body: Json = json.loads(await request.read())
    return body


async def _object(request: web.Request) -> Mapping[str, Json]:
    return mapping("the body", await _body(request))


def _supplier_json(supplier: Supplier) -> dict[str, Json]:
    return {
        "name": supplier.name,
        "keys": len(supplier.key_digests),
        "users": {
            user_id: {"location": dict(location)}
            for user_id, location in supplier.users.items()
        },
    }


def _json(body: Json, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


def _done() -> web.Response:
    return web.Response(status=204)
