"""What a server may send, and what the client makes of it: no more than a certain length, clean, and no other error."""

import asyncio
from collections.abc import Iterator
from compression import zstd
from itertools import chain, repeat
import json
import logging
import tracemalloc
from unicodedata import category
import zlib

import aiohttp
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.heatpump_steering.api import (
    AnswerTooLongError,
    BadKeyError,
    NotUnderstandableError,
    RefusedError,
    Settings,
    SettingsClient,
    SteeringError,
    UnavailableError,
)
from custom_components.heatpump_steering.api.answer import LARGEST_ANSWER, clean_json
from simulator import Simulator

from .raw_server import RawServer

KEY = "a-secret-of-a-whole-fleet"
USER = "user-1"

MIB = 2**20


def gzip_bomb(mebibytes: int) -> bytes:
    """Return as many MiB of nothing, packed."""
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    # A block after a full flush says the same wherever it stands.
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * (mebibytes - 1)


def zstd_bomb(mebibytes: int) -> bytes:
    """Return as many MiB of nothing, packed."""
    return zstd.compress(bytes(MIB)) * mebibytes


def deflate_bomb(mebibytes: int) -> bytes:
    """Return as many MiB of nothing, packed."""
    packer = zlib.compressobj(9)
    head = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * (mebibytes - 1)


BOMBS = {
    "gzip": gzip_bomb(2048),
    "deflate": deflate_bomb(2048),
    "zstd": zstd_bomb(1000),
}


async def read(server: RawServer, *, read_limit: float = 10) -> None:
    """Read settings from a server."""
    async with aiohttp.ClientSession() as session:
        client = SettingsClient(session, server.url, KEY, read_limit=read_limit)
        await client.get_settings(USER)


async def change(server: RawServer) -> None:
    """Change settings at a server."""
    async with aiohttp.ClientSession() as session:
        client = SettingsClient(session, server.url, KEY)
        await client.patch_settings(USER, None, Settings(schedule=True))


@pytest.mark.parametrize("encoding", BOMBS)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, AnswerTooLongError),
        (302, AnswerTooLongError),
        (401, BadKeyError),
        (422, RefusedError),
        (503, UnavailableError),
    ],
)
async def test_little_that_unpacks_to_much(
    encoding: str, status: int, kind: type[SteeringError]
) -> None:
    """Hundreds of kilobytes that stand for gigabytes are unpacked to the limit and not beyond, whatever the status."""
    head = f"HTTP/1.1 {status} So\r\nContent-Encoding: {encoding}\r\n".encode()
    async with RawServer(head, [BOMBS[encoding]]) as server:
        tracemalloc.start()
        try:
            with pytest.raises(kind) as error:
                await read(server)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert type(error.value) is kind
    assert peak < 4 * LARGEST_ANSWER


async def test_answer_without_an_end() -> None:
    """What goes on for ever is left alone soon, and its connection closed."""
    async with RawServer(body=repeat(b" " * MIB)) as server:
        with pytest.raises(AnswerTooLongError):
            await read(server)
    assert server.sent < 10 * LARGEST_ANSWER


async def test_refusal_without_an_end() -> None:
    """What is refused at great length is refused, without words."""
    words = chain([b'{"detail": "'], repeat(b"no" * MIB))
    async with RawServer(b"HTTP/1.1 422 No\r\n", words) as server:
        with pytest.raises(RefusedError, match=r"^status 422$"):
            await change(server)
    assert server.sent < 10 * LARGEST_ANSWER


async def test_four_thousand_heat_pumps(cloud: Simulator) -> None:
    """As many as a list can hold are read, with a lot of what is not ours between the settings."""
    item = {"room": {"preferred_temperature": 20}, "more": "x" * 1800}
    cloud.weather.add(
        body={"data": [{"device_id": f"hp-{number}", **item} for number in range(4000)]}
    )
    async with aiohttp.ClientSession() as session:
        reading = await SettingsClient(session, cloud.url, KEY).get_settings(USER)
    assert len(reading.heat_pumps) == 4000


def is_unclean(character: str) -> bool:
    """Return whether a character is none of a text's: half of one, a control, or one that turns the direction."""
    return (
        category(character) in ("Cs", "Cc", "Zl", "Zp")
        or character in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff"
        or character in "\u2066\u2067\u2068\u2069"
    )


ANY_TEXT = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from("\ud83d\ude00\x00\x1b\x7f\x85\n\u202e\u2028\ufeff\\u\"'/a"),
    )
)


@given(ANY_TEXT, st.booleans())
def test_texts_are_clean(text: str, escaped: bool) -> None:
    """Whatever a text holds, escaped or not: nothing unclean is left in it, and what is clean stays as it was."""
    written = json.dumps([text], ensure_ascii=escaped).encode(errors="replace")
    (found,) = json.loads(clean_json(written))
    assert not any(map(is_unclean, found))
    # Halves that are beside each other are a whole.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not any(map(is_unclean, whole)):
        assert found == whole
    kept = [it for it in found if it not in " \ufffd?"]
    assert kept == [it for it in whole if not is_unclean(it) and it not in " \ufffd?"]


UNCLEAN = "\\ud83dS\\u0000735\\u202e \\u001b[31m\\ude00\u202e\x7f\\n\u2028é\\ud83d\\ude00\\\\ud83d"
CLEAN = "\ufffdS 735  [31m\ufffd   é\U0001f600\\ud83d"


async def test_ids_and_models_are_clean(cloud: Simulator) -> None:
    """What is handed on of a list holds no half of a character, no control, and nothing that turns the direction."""
    body = f'\ufeff{{"data": [{{"device_id": "{UNCLEAN}", "brand": "{UNCLEAN}", "model": "{UNCLEAN}"}}]}}'
    cloud.weather.add(body=body)
    async with aiohttp.ClientSession() as session:
        client = SettingsClient(session, cloud.url, KEY)
        assert (await client.get_settings(USER)).heat_pumps.keys() == {CLEAN}
        (heat_pump,) = (await client.get_heat_pumps(USER)).heat_pumps
    assert [heat_pump.device_id, heat_pump.brand, heat_pump.model] == [CLEAN] * 3


async def test_refusals_are_clean(cloud: Simulator) -> None:
    """So do the words of a refusal, and they are no longer than somebody reads."""
    body = f'\ufeff{{"detail": [{{"loc": ["{UNCLEAN}"], "msg": "{UNCLEAN}"}}, {{"msg": "{"no" * 400}"}}]}}'
    cloud.weather.add(status=422, body=body)
    async with aiohttp.ClientSession() as session:
        client = SettingsClient(session, cloud.url, KEY)
        with pytest.raises(RefusedError) as error:
            await client.patch_settings(USER, None, Settings(schedule=True))
    first, second = error.value.refusals
    assert (first.path, first.message) == ((CLEAN,), CLEAN)
    assert second.message == "no" * 249 + "n…"


async def test_refusals_without_an_end(cloud: Simulator) -> None:
    """Of thousands of refusals some are told."""
    cloud.weather.add(status=422, body={"detail": [{"msg": "no"}] * 100_000})
    async with aiohttp.ClientSession() as session:
        client = SettingsClient(session, cloud.url, KEY)
        with pytest.raises(RefusedError) as error:
            await client.patch_settings(USER, None, Settings(schedule=True))
    assert len(error.value.refusals) == 50


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**4000), float("nan"), float("inf")]),
    st.floats(),
    st.text(st.characters(codec=None), max_size=20),
)
NAMES = st.sampled_from(
    [
        *("data", "meta", "next_token", "device_id", "user_id", "device_type"),
        *("room", "dhw", "optimization_settings", "updated_at", "brand", "model"),
        *("preferred_temperature", "temperature_control_mode", "schedule_enabled"),
        *("temperature_lower_bound", "flex_trading", "detail", "loc", "msg"),
    ]
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=5)
    ),
    max_leaves=25,
)
ITEMS = st.lists(st.dictionaries(NAMES, ANY_JSON, max_size=8), max_size=3)
BODIES = st.one_of(
    st.binary(max_size=60),
    ANY_JSON.map(lambda value: json.dumps(value).encode()),
    ITEMS.map(lambda items: json.dumps({"data": items}).encode()),
    ITEMS.map(lambda items: json.dumps({"detail": items}).encode()),
)
HEADERS = st.sampled_from(
    [
        b"",
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: zstd\r\n",
        b"Content-Encoding: br\r\n",
        b"Content-Type: text/html; charset=punycode\r\n",
        b'Content-Type: \xff;;charset=="\r\n',
        b"Date: Mon, 99 Jan 99999999999999999999 99:99:99 +99999999\r\n",
        b"Retry-After: Mon, 01 Jan 0001 00:00:00 +2359\r\n",
        b"Retry-After: \xd9\xa3\r\n",
        b"Set-Cookie: a\x7f=\xff; Domain=;;;\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Location: http://[::\r\n",
        b"No header at all\r\n",
    ]
)
STATUSES = st.sampled_from([101, 200, 204, 302, 400, 404, 422, 429, 503, 999])


@settings(max_examples=150, deadline=None)
@given(STATUSES, HEADERS, BODIES)
def test_whatever_a_server_says(status: int, header: bytes, body: bytes) -> None:
    """It is a list, an acceptance, or a trouble with a name; never anything that nobody has thought of."""

    async def ask() -> None:
        head = f"HTTP/1.1 {status} So\r\n".encode() + header
        async with (
            RawServer(head, [body]) as server,
            aiohttp.ClientSession() as session,
        ):
            client = SettingsClient(session, server.url, KEY, read_limit=5)
            for request in (
                client.get_settings(USER),
                client.get_heat_pumps(USER),
                client.patch_settings(USER, None, Settings(schedule=True)),
            ):
                try:
                    await request
                except SteeringError as error:
                    assert KEY not in repr(error) + str(error)  # noqa: PT017

    asyncio.run(ask())


def nested(depth: int, name: str) -> Iterator[str]:
    """Yield lists within lists, and objects within objects."""
    yield "[" * depth + "]" * depth
    yield f'{{"{name}": ' * depth + "1" + "}" * depth


@pytest.mark.parametrize("depth", [500, 5_000, 50_000, 60_000, 70_000, 100_000])
async def test_nested_without_an_end(cloud: Simulator, depth: int) -> None:
    """Lists in lists in lists, where a text or a number should be, are no text and no number."""
    async with aiohttp.ClientSession() as session:
        client = SettingsClient(session, cloud.url, KEY)
        for value in nested(depth, "a"):
            cloud.weather.replace([])
            cloud.weather.add(
                method="GET",
                body=f'{{"data": [{{"device_id": "hp-1", "brand": {value}, "updated_at": {value}, '
                f'"room": {{"temperature_control_mode": {value}, "preferred_temperature": {value}}}}}]}}',
            )
            cloud.weather.add(
                status=422,
                body=f'{{"detail": [{{"msg": {value}, "loc": [{value}, "room"]}}]}}',
            )
            try:
                assert (await client.get_settings(USER)).heat_pumps.keys() == {"hp-1"}
                assert len((await client.get_heat_pumps(USER)).heat_pumps) == 1
            except NotUnderstandableError:
                # No parser gets to the end of it.
                assert depth > 500
            with pytest.raises(RefusedError, match="status 422"):
                await client.patch_settings(USER, None, Settings(schedule=True))


def quoting(key: str) -> list[bytes]:
    """Return heads of answers that are none, each of which quotes a key."""
    secret = key.encode()
    return [
        b"HTTP/1.1 200 OK\r\nx-api-key\x01: " + secret + b"\r\n",
        b"HTTP/1.1 200 OK\r\nx-api-key: " + secret + b"\x00\r\n",
        b"HTTP/1.1 999999 " + secret + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + secret + b"\r\n",
        b"What is " + secret + b"?\r\n",
    ]


@pytest.mark.parametrize("head", quoting(KEY), ids=range(5))
async def test_key_in_what_is_no_answer(
    caplog: pytest.LogCaptureFixture, head: bytes
) -> None:
    """What breaks off is logged with all that led to it; that does not quote the server."""
    async with RawServer(head) as server:
        try:
            await read(server)
        except UnavailableError:
            logging.getLogger(__name__).exception("It broke off")
    assert "It broke off" in caplog.text
    assert KEY not in caplog.text
