"""A server may quote the key back, in whatever spelling: nothing of it gets into a text of ours."""

import base64
from collections.abc import Callable
from html import escape
import json
import logging
import string
from urllib.parse import quote

import aiohttp
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.heatpump_steering.api import (
    NotUnderstandableError,
    RefusedError,
    Settings,
    SettingsClient,
)
from custom_components.heatpump_steering.api.redaction import (
    HIDDEN,
    LONGEST_TEXT,
    Redaction,
)
from simulator import Simulator

USER = "user-1"

type Spelling = Callable[[str], str]


def as_it_is(text: str) -> str:
    """Leave it."""
    return text


def in_json(text: str) -> str:
    """Escape what JSON has to."""
    return json.dumps(text)[1:-1]


def in_json_with_slashes(text: str) -> str:
    """Escape what some servers do, too."""
    return in_json(text).replace("/", "\\/")


def all_in_json(text: str) -> str:
    """Escape everything."""
    return "".join(f"\\u{ord(each):04X}" for each in text)


def in_program(text: str) -> str:
    """Escape as some languages write bytes."""
    return "".join(f"\\x{ord(each):02x}" for each in text)


def in_javascript(text: str) -> str:
    """Escape as newer ones write characters."""
    return "".join(f"\\u{{{ord(each):x}}}" for each in text)


def in_python(text: str) -> str:
    """Escape at full length."""
    return "".join(f"\\U{ord(each):08x}" for each in text)


def in_url(text: str) -> str:
    """Escape what URLs have to."""
    return quote(text, safe="")


def all_in_url(text: str) -> str:
    """Escape everything."""
    return "".join(f"%{ord(each):02x}" for each in text)


def half_in_url(text: str) -> str:
    """Escape every other character."""
    return "".join(
        f"%{ord(each):02X}" if index % 2 else quote(each, safe="%")
        for index, each in enumerate(text)
    )


def in_old_url(text: str) -> str:
    """Escape as old scripts do."""
    return "".join(f"%u{ord(each):04x}" for each in text)


def in_html(text: str) -> str:
    """Escape what HTML has to."""
    return escape(text)


def all_in_html(text: str) -> str:
    """Escape everything, by number."""
    return "".join(f"&#{ord(each)};" for each in text)


def all_in_html_by_hex(text: str) -> str:
    """Escape everything, by hexadecimal number."""
    return "".join(f"&#x{ord(each):x};" for each in text)


def in_base64(text: str) -> str:
    """Encode."""
    return base64.b64encode(text.encode()).decode()


def in_urlsafe_base64(text: str) -> str:
    """Encode for URLs, without the padding."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def in_lines_of_base64(text: str) -> str:
    """Encode as in a mail."""
    return base64.encodebytes(text.encode()).decode()


def in_hex(text: str) -> str:
    """Encode as digits."""
    return text.encode().hex()


def in_hex_with_colons(text: str) -> str:
    """Encode as fingerprints are written."""
    return text.encode().hex(":").upper()


def in_capitals(text: str) -> str:
    """Shout."""
    return text.upper()


ENCODINGS: tuple[Spelling, ...] = (
    *(as_it_is, in_json, in_json_with_slashes, all_in_json, in_program),
    *(in_javascript, in_python, in_url, all_in_url, half_in_url, in_old_url),
    *(in_html, all_in_html, all_in_html_by_hex, in_base64, in_urlsafe_base64),
    *(in_lines_of_base64, in_hex, in_hex_with_colons),
)
# Capitals first: of some encodings nothing is left when their case is changed.
SPELLINGS = st.tuples(
    st.sampled_from([as_it_is, in_capitals, str.lower, str.swapcase]),
    st.sampled_from(ENCODINGS),
    st.sampled_from(ENCODINGS),
    st.sampled_from(ENCODINGS),
)
KEYS = st.text(
    sorted(set(string.printable) - set(string.whitespace)), min_size=16, max_size=48
)
# What stands beside it.
BESIDE = st.text(string.ascii_letters + "=: .,-'", max_size=12)


@settings(max_examples=300, deadline=None)
@given(KEYS, SPELLINGS, st.tuples(BESIDE, BESIDE, BESIDE, BESIDE))
def test_any_spelling(
    key: str, spellings: tuple[Spelling, ...], beside: tuple[str, ...]
) -> None:
    """A spelling of a spelling of a spelling, with words around each, is hidden."""
    before, inside, behind, after = beside
    spelled = spellings[0](key)
    for encode in spellings[1:3]:
        spelled = inside + encode(spelled) + behind
    spelled = spellings[3](spelled)
    text = before + spelled + after
    hidden = Redaction(key).hide(text)
    assert HIDDEN in hidden
    if spellings[1:] != (as_it_is, as_it_is, as_it_is) and (
        key.lower() not in text.lower()
    ):
        assert hidden == HIDDEN
    assert key.lower() not in hidden.lower()


@given(
    st.text(max_size=60),
    st.sampled_from(["a-secret-of-a-whole-fleet", "0123456789abcdef0123456789abcdef"]),
)
def test_other_texts_stay(text: str, key: str) -> None:
    """What does not have it stays as it is."""
    assert Redaction(key).hide(text) == text


@pytest.mark.parametrize(
    "words",
    [
        "Input should be greater than or equal to 0",
        "Value error, 80 % is too much & 45\\60 isn't; see #4 of device 0123456789abcdef0123456789abcdef",
        "Zu warm: 25 °C > 24 °C",
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    ],
)
def test_ordinary_words_stay(words: str) -> None:
    """The words of ordinary refusals, and ids, are quoted as they are."""
    assert Redaction("a-secret-of-a-whole-fleet").hide(words) == words


def test_plain_key_is_taken_out() -> None:
    """Where it stands as it is, or in another case, the words around it remain."""
    redaction = Redaction("a-secret-of-a-whole-fleet")
    assert redaction.hide("no A-Secret-of-a-whole-FLEET here") == "no [key] here"


def test_too_much_to_look_through() -> None:
    """What is longer than anybody reads, or can be read in too many ways, is kept back unread."""
    redaction = Redaction("a-secret-of-a-whole-fleet")
    assert redaction.hide("no" * (LONGEST_TEXT // 2 + 1)) == HIDDEN
    words = base64.b64encode(bytes(range(256)) * 20).decode()
    many = " ".join(words[index : index + 40] for index in range(0, 6000, 40))
    assert redaction.hide(many) == HIDDEN


KEY = 'ab/cd+ef"=="gh&ij%kl'


@pytest.mark.parametrize(
    ("spelling", "told"),
    [
        (as_it_is, "no [key]."),
        (in_capitals, "no [key]."),
        *(
            (encode, "status 422")
            for encode in ENCODINGS
            if encode(KEY) not in (KEY, f"{KEY}\n")
        ),
        pytest.param(
            lambda key: in_json(in_json(key)), "status 422", id="in_json_twice"
        ),
        pytest.param(
            lambda key: in_json(json.dumps({"headers": {"x": key}})),
            "status 422",
            id="in_json_of_a_request",
        ),
        pytest.param(lambda key: in_url(in_url(key)), "status 422", id="in_url_twice"),
        pytest.param(
            lambda key: in_html(in_url(key)), "status 422", id="in_html_of_a_url"
        ),
        pytest.param(
            lambda key: in_base64(f"x-api-key: {key}"),
            "status 422",
            id="in_base64_of_a_header",
        ),
        pytest.param(
            lambda key: in_base64(f"key={key};"),
            "status 422",
            id="in_base64_of_a_query",
        ),
    ],
    ids=lambda it: getattr(it, "__name__", None),
)
async def test_key_in_a_refusal(
    socket_enabled: None,
    cloud: Simulator,
    caplog: pytest.LogCaptureFixture,
    spelling: Spelling,
    told: str,
) -> None:
    """The words of a refusal that spell the key are not told, where it is more than the key as it is."""
    caplog.set_level(logging.DEBUG)
    words = f"no {spelling(KEY)}."
    cloud.weather.add(status=422, body={"detail": words}, times=1)
    cloud.weather.add(status=422, body={"message": words}, times=1)
    cloud.weather.add(
        status=422, body={"detail": [{"loc": [words], "msg": words}]}, times=1
    )
    async with aiohttp.ClientSession() as session:
        client = SettingsClient(session, cloud.url, KEY)
        for _ in range(3):
            with pytest.raises(RefusedError) as error:
                await client.patch_settings(USER, None, Settings(schedule=True))
            assert str(error.value) == told
            assert spelling(KEY) not in repr(error.value)
    assert KEY not in caplog.text
    assert spelling(KEY) not in caplog.text


# A long list is looked through by a thread.
@pytest.mark.parametrize("others", [1, 300])
@pytest.mark.parametrize("key", [KEY, "a-secret-of-a-whole-fleet"])
@pytest.mark.parametrize("spelling", [*ENCODINGS, in_capitals])
async def test_key_in_ids_and_models(
    cloud: Simulator, spelling: Spelling, key: str, others: int
) -> None:
    """What is handed on of a list does not hold it either, whatever else is in the list, and however much."""
    spelled = spelling(key)
    cloud.weather.add(
        body={
            "data": [
                {
                    "device_id": f"hp {spelled} 1",
                    "brand": f"by {spelled}",
                    "model": spelled,
                    "room": {"preferred_temperature": 20},
                },
                *(
                    {"device_id": f"hp-{number}", "model": "C and A"}
                    for number in range(2, 2 + others)
                ),
            ]
        }
    )
    async with aiohttp.ClientSession() as session:
        client = SettingsClient(session, cloud.url, key)
        reading = await client.get_settings(USER)
        heat_pumps = (await client.get_heat_pumps(USER)).heat_pumps
    hidden, other, *_ = heat_pumps
    assert len(heat_pumps) == 1 + others
    assert hidden.device_id in (HIDDEN, "hp [key] 1")
    assert hidden.brand in (HIDDEN, "by [key]")
    assert hidden.model == HIDDEN
    assert other.model == "C and A"
    assert reading.heat_pumps.keys() == {it.device_id for it in heat_pumps}
    assert reading.heat_pumps[hidden.device_id].settings.preferred_temperature == 20


async def test_key_in_a_page(cloud: Simulator) -> None:
    """What is no JSON is quoted nowhere, and none the more so with the key in it."""
    cloud.weather.add(body=f"<h1>{KEY}</h1>")
    async with aiohttp.ClientSession() as session:
        client = SettingsClient(session, cloud.url, KEY)
        with pytest.raises(NotUnderstandableError) as error:
            await client.get_settings(USER)
    assert KEY not in repr(error.value)
