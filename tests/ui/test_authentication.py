"""What somebody types for a server: taken for what was meant, or refused, and nothing else."""

from hypothesis import example, given, settings, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.heatpump_steering.api.client import SETTINGS_PATH
from custom_components.heatpump_steering.ui.authentication import (
    InputError,
    checked_server,
)
from homeassistant.config_entries import ConfigEntryState

from ..house import KEY, USER, House

LOCAL = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.1", "192.168.1.2"),
    *("169.254.1.1", "[::1]", "[fd00::1]", "[fc00:1::2]", "[fe80::1]"),
    *("[fe80::1%25eth0]", "[::ffff:192.168.1.2]", "[::ffff:c0a8:102]"),
    *("localhost", "server", "SERVER", "my_server", "cloud.local", "cloud.lan"),
    *("a.b.home.arpa", "x.internal", "app.localhost", "server-2"),
    # As it is reached, so it is taken.
    *("3232235778", "0xc0a80102", "0300.0250.1.2", "192.168.258", "127.1", "0x7f.1"),
]
NOT_LOCAL = [
    *("8.8.8.8", "134744072", "0x08080808", "0X8080808", "010.8.8.8", "8.526344"),
    *("0x8.0x8.2056", "001002004010", "[2002:808:808::]", "[::ffff:8.8.8.8]"),
    *("[::ffff:808:808]", "[64:ff9b::808:808]", "[64:ff9b:1::808:808]"),
    *("[2001:0:4136:e378:8000:63bf:f7f7:f7f7]", "[::8.8.8.8]", "[::808:808]"),
    *("[2002:c0a8:102::]", "[64:ff9b::c0a8:102]", "[2600::1]", "[2001:db8::1]"),
    *("172.32.0.1", "192.169.0.1", "100.64.0.1", "198.18.0.1", "240.0.0.1"),
    *("4294967296", "0x100000000", "1.2.3.4.5", "host.1", "0x", "09", "256.1.1.1"),
    *("api.nox.energy", "evil-local.com", "com.", "cloud.local.com"),
    *("８.8.8.8", "8。8。8。8", "①③４７４４０７２"),
]


@pytest.mark.parametrize("host", LOCAL)
@pytest.mark.parametrize("port", ["", ":8080"])
def test_local(host: str, port: str) -> None:
    """What is in the house may be reached without encryption."""
    address = f"http://{host}{port}"
    assert URL(checked_server(address)) == URL(address)


@pytest.mark.parametrize("host", NOT_LOCAL)
def test_not_local(host: str) -> None:
    """What is not, or may not be, must not, however it is spelled."""
    with pytest.raises(InputError) as error:
        checked_server(f"http://{host}")
    assert error.value.field == "base_url"
    assert error.value.key in ("insecure_url", "invalid_url")


@pytest.mark.parametrize("host", NOT_LOCAL[:9])
def test_says_why(host: str) -> None:
    """A right address that is not in the house is told to be that."""
    with pytest.raises(InputError) as error:
        checked_server(f"http://{host}")
    assert error.value.key == "insecure_url"


@pytest.mark.parametrize("server", ["https://api.nox.energy", "http://10.0.0.1:81/nox"])
@pytest.mark.parametrize("path", ["", "/v1", "/v1/devices", "/v1/devices/settings"])
@pytest.mark.parametrize("end", ["", "/", "//", " ", "/ \n", "\u200b"])
def test_pasted_from_the_documentation(server: str, path: str, end: str) -> None:
    """The address of a request stands for that of its server."""
    assert checked_server(f"{server}{path}{end}") == server
    assert checked_server(f"{server}{path.upper()}{end}") == server
    assert checked_server(f"https://v1{path}/v1{end}") == "https://v1"


@pytest.mark.parametrize("path", ["/v2", "/v1/device", "/av1", "/v1/devices/settings2"])
def test_other_paths_stay(path: str) -> None:
    """A server may be somewhere below its host."""
    assert checked_server(f"https://10.0.0.1{path}/") == f"https://10.0.0.1{path}"


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "https://xn--.com",
            "https://xn--",
            "https://a..b",
            "https://.",
            "https://.a",
        ),
        *(f"https://{'a' * 64}.com", f"https://{'a.' * 127}com", "https://a b.com"),
        *("https://ä\u0308\u200d.com", "://"),
        *("https:///v1", "https://%", "https://%00", "https://a%2fb", "https://a\\b"),
        *("https://a:b", "https://a:-1", "https://a:0", "javascript:alert(1)"),
        *("https://[::1", "https://]", "\ud800", "https://\ud83d"),
    ],
)
def test_nonsense(typed: str) -> None:
    """What cannot be an address is told to be none."""
    with pytest.raises(InputError) as error:
        checked_server(typed)
    assert (error.value.field, error.value.key) == ("base_url", "invalid_url")


PARTS = st.one_of(
    st.sampled_from(
        [
            *("https://", "http://", "HTTPS://", "//", ":", "/", "@", "?", "#", "."),
            *("xn--", "[", "]", "::", "%", "%25", "%2e", "localhost", "api.nox.energy"),
            *("/v1", "/devices", "/settings", "0x", "127.0.0.1", "8080", "99999", " "),
            *("ä", "。", "\u200d", "\ud800", "\x00", "-", "_", "*", "٣", "ß", "İ"),
        ]
    ),
    st.text(st.characters(codec=None), max_size=3),
)


@settings(max_examples=2000, deadline=None)
@given(st.lists(PARTS, max_size=7).map("".join), st.booleans())
@example("xn--.com", True)
@example("\N{DEGREE CELSIUS}.A", False)
def test_whatever_is_typed(typed: str, with_scheme: bool) -> None:
    """It is refused at its field, or taken as an address that the client can use, and would be taken again."""
    if with_scheme:
        typed = f"https://{typed}"
    try:
        server = checked_server(typed)
    except InputError as error:
        assert error.field == "base_url"  # noqa: PT017
        assert error.key in ("invalid_url", "insecure_url")  # noqa: PT017
        return
    url = URL(server + SETTINGS_PATH)
    assert url.scheme in ("http", "https")
    assert url.host
    assert url.port
    assert url.raw_host is not None
    # As names are looked up.
    assert url.raw_host.encode("idna")
    assert checked_server(server) == server


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/devices/settings/"])
async def test_entry_with_the_path_of_a_request(house: House, path: str) -> None:
    """A home that was connected with such an address is read, and is the same home as before."""
    house.add_heat_pump()
    server = house.cloud.url
    entry = MockConfigEntry(
        domain="heatpump_steering",
        unique_id=f"{URL(server).authority}/{USER}",
        data={
            "api_key": KEY,
            "user_id": USER,
            "base_url": server + path,
            "write_only": False,
        },
    )
    entry.add_to_hass(house.hass)
    before = entry.unique_id
    await house.hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert (entry.unique_id, entry.data["base_url"]) == (before, server)
    house.entry = entry
    assert house.shows("control_mode") == "heating"
