"""A stand-in for the cloud of TRMNL's displays."""

from typing import override

from aiohttp import web

from .stub import Device, StubCloud


class TrmnlCloud(StubCloud):
    """Displays, each of which sleeps at night."""

    @override
    def _device(self, number: int) -> Device:
        """Return a display; the slider that is dragged is when it goes to sleep, in minutes."""
        return {
            "id": number,
            "name": f"Display {number}",
            "friendly_id": f"D{number:05}",
            "mac_address": ":".join(
                f"{number:012x}"[at : at + 2] for at in range(0, 12, 2)
            ),
            "battery_voltage": 3.9,
            "rssi": -60,
            "sleep_mode_enabled": False,
            "sleep_start_time": 1320,
            "sleep_end_time": 420,
            "percent_charged": 80.0,
            "wifi_strength": 70,
        }

    @override
    def _add_routes(self, router: web.UrlDispatcher) -> None:
        """Answer with all displays, and take changes of one."""
        router.add_get("/api/devices", self._read)
        router.add_patch("/api/devices/{number}", self._write)

    async def _read(self, _: web.Request) -> web.Response:
        return web.json_response({"data": self._devices})

    async def _write(self, request: web.Request) -> web.Response:
        device = self._devices[int(request.match_info["number"])]
        device.update(await request.json())
        return web.json_response({"data": device})

    @override
    def change(self, device: int) -> None:
        """Change when a display wakes up."""
        it = self._devices[device]
        it["sleep_end_time"] = 421 if it["sleep_end_time"] == 420 else 420

    @override
    def held(self, device: int) -> float:
        """Return when a display goes to sleep, in minutes."""
        return float(self._devices[device]["sleep_start_time"])
