"""A stand-in for the cloud of Fumis' pellet stoves."""

from typing import Final, override

from aiohttp import web

from .stub import Device, StubCloud

PIN: Final = "0000"

_ON: Final = 30
_OFF: Final = 0
_COMMANDS: Final = {1: _OFF, 2: _ON}

# By the number that the client library knows each under: fans, doors, pressure.
_VARIABLES: Final = {4: 1200, 12: 1100, 33: 1, 35: 12}


def mac(device: int) -> str:
    """Return what a stove logs in as."""
    return f"{0xF00000000000 + device:012X}"


class FumisCloud(StubCloud):
    """Stoves, each of which is read by a request of its own."""

    @override
    def _device(self, number: int) -> Device:
        """Return a stove."""
        return {
            "unit": {
                "id": mac(number),
                "type": 0,
                "version": "2.5.0",
                "rssi": "-48",
                "ip": "127.0.0.1",
                "temperature": 25.0,
            },
            "apiVersion": "1",
            "controller": {
                "type": 0,
                "version": "1.7.0",
                "status": _ON,
                "error": 0,
                "alert": 0,
                "timerEnable": False,
                "timeToService": "400",
                "power": {"kw": "6.5", "actualPower": 3, "setPower": 3},
                "statistic": {
                    "igniterStarts": 300,
                    "uptime": "86400",
                    "heatingTime": "3600000",
                    "serviceTime": "360000",
                    "overheatings": 1,
                    "misfires": 2,
                    "fuelQuantityUsed": 900,
                },
                "diagnostic": {
                    "variables": [
                        {"id": each, "value": value}
                        for each, value in _VARIABLES.items()
                    ],
                    "parameters": [],
                    "timers": [],
                },
                "ecoMode": {"ecoModeEnable": 0, "ecoModeSetType": 1},
                "fans": [{"id": 1, "speed": 2, "speedType": 1}],
                "temperatures": [
                    {
                        "id": 1,
                        "actual": 20.5,
                        "set": 21.0,
                        "onMainScreen": True,
                        "actualType": 1,
                        "setType": 1,
                    },
                    {"id": 7, "actual": 310.0, "set": 0, "actualType": 1},
                ],
                "fuels": [{"id": 1, "quality": 1, "quantity": 0.6}],
            },
        }

    @override
    def _add_routes(self, router: web.UrlDispatcher) -> None:
        """Answer for the stove that has logged in."""
        router.add_get("/v1/status", self._read)
        router.add_post("/v1/status", self._write)

    def _logged_in(self, request: web.Request) -> Device:
        return self._devices[int(request.headers["username"], 16) - 0xF00000000000]

    async def _read(self, request: web.Request) -> web.Response:
        return web.json_response(self._logged_in(request))

    async def _write(self, request: web.Request) -> web.Response:
        controller = self._logged_in(request)["controller"]
        command = (await request.json())["controller"]
        if "command" in command:
            controller["status"] = _COMMANDS[command["command"]]
        for name in ("temperatures", "fans"):
            for each in command.get(name, ()):
                held = next(it for it in controller[name] if it["id"] == each["id"])
                held.update(each)
        for name in ("power", "ecoMode"):
            controller[name].update(command.get(name, {}))
        if "timerEnable" in command:
            controller["timerEnable"] = command["timerEnable"]
        return web.json_response({})

    @override
    def change(self, device: int) -> None:
        """Change the power of a stove."""
        power = self._devices[device]["controller"]["power"]
        power["setPower"] = 4 if power["setPower"] == 3 else 3

    @override
    def held(self, device: int) -> float:
        """Return the temperature that a stove is to reach, in °C."""
        return float(self._devices[device]["controller"]["temperatures"][0]["set"])
