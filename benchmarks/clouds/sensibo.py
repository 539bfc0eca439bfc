"""A stand-in for the cloud of Sensibo's controllers for heat pumps and air conditioners."""

from typing import Any, Final, override

from aiohttp import web

from .stub import Device, StubCloud

_MODES: Final = ("cool", "heat", "fan", "auto", "dry")
_MODE: Final[dict[str, Any]] = {
    "temperatures": {
        "C": {"isNative": True, "values": list(range(5, 41))},
    },
    "fanLevels": ["quiet", "low", "medium", "high", "auto"],
    "swing": ["stopped", "fixedTop", "fixedMiddle"],
    "horizontalSwing": ["stopped", "fixedLeft", "fixedRight"],
    "light": ["on", "off"],
}


def uid(device: int) -> str:
    """Return what the cloud calls a controller."""
    return f"pod{device:04}"


class SensiboCloud(StubCloud):
    """Controllers, all of which are read at once."""

    @override
    def _device(self, number: int) -> Device:
        """Return a controller; the slider that is dragged is its target temperature."""
        return {
            "id": uid(number),
            "macAddress": ":".join(
                f"{number:012x}"[at : at + 2] for at in range(0, 12, 2)
            ),
            "serial": f"S{number:06}",
            "room": {"name": f"Room {number}"},
            "measurements": {
                "temperature": 21.2,
                "feelsLike": 21.0,
                "humidity": 45.0,
                "tvoc": 120,
                "co2": 600,
            },
            "location": {"id": "home", "name": "Home"},
            "autoOffEnabled": False,
            "autoOffMinutes": None,
            "antiMoldConfig": None,
            "acState": {
                "on": True,
                "mode": "cool",
                "targetTemperature": 20,
                "temperatureUnit": "C",
                "fanLevel": "low",
                "swing": "stopped",
                "horizontalSwing": "stopped",
                "light": "on",
            },
            "connectionStatus": {"isAlive": True},
            "remoteCapabilities": {"modes": dict.fromkeys(_MODES, _MODE)},
            "temperatureUnit": "C",
            "firmwareVersion": "SKY30046",
            "currentlyAvailableFirmwareVersion": "SKY30046",
            "firmwareType": "esp8266ex",
            "productModel": "airq",
            "sensorsCalibration": {"temperature": 0.1, "humidity": 0.1},
            "mainMeasurementsSensor": None,
            "motionSensors": [],
            "pureBoostConfig": None,
            "roomIsOccupied": None,
            "filtersCleaning": {
                "shouldCleanFilters": False,
                "lastFiltersCleanTime": {"time": "2026-03-01T10:00:00Z"},
            },
            "timer": None,
            "smartMode": {
                "enabled": False,
                "type": "temperature",
                "lowTemperatureThreshold": 18,
                "highTemperatureThreshold": 26,
                "lowTemperatureState": {"on": True, "mode": "heat"},
                "highTemperatureState": {"on": True, "mode": "cool"},
            },
            "schedules": [],
        }

    @override
    def _add_routes(self, router: web.UrlDispatcher) -> None:
        """Answer with all controllers, and take changes of one."""
        router.add_get("/api/v2/users/me/pods", self._read)
        router.add_patch("/api/v2/pods/{uid}/acStates/{name}", self._write_state)
        router.add_post("/api/v2/pods/{uid}/calibration/", self._write_calibration)
        router.add_put("/api/v2/pods/{uid}/smartmode", self._write_smart_mode)
        router.add_put("/api/v1/pods/{uid}/timer/", self._write_timer)

    def _addressed(self, request: web.Request) -> Device:
        return self._devices[int(request.match_info["uid"].removeprefix("pod"))]

    async def _read(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "success", "result": self._devices})

    async def _write_state(self, request: web.Request) -> web.Response:
        value = (await request.json())["newValue"]
        self._addressed(request)["acState"][request.match_info["name"]] = value
        return web.json_response({"result": {"status": "Success"}})

    async def _write_calibration(self, request: web.Request) -> web.Response:
        calibration = self._addressed(request)["sensorsCalibration"]
        calibration.update(await request.json())
        return web.json_response({"status": "success"})

    async def _write_smart_mode(self, request: web.Request) -> web.Response:
        smart_mode = self._addressed(request)["smartMode"]
        smart_mode.update(await request.json())
        return web.json_response({"status": "success"})

    async def _write_timer(self, request: web.Request) -> web.Response:
        wished = await request.json()
        self._addressed(request)["timer"] = {
            "id": "timer",
            "isEnabled": True,
            "acState": wished["acState"],
            "targetTime": "2026-11-23T12:00:00",
        }
        return web.json_response({"status": "success"})

    @override
    def change(self, device: int) -> None:
        """Change the fan of a controller's air conditioner."""
        state = self._devices[device]["acState"]
        state["fanLevel"] = "high" if state["fanLevel"] == "low" else "low"

    @override
    def held(self, device: int) -> float:
        """Return the target temperature, in °C."""
        return float(self._devices[device]["acState"]["targetTemperature"])
