"""What people say: through Home Assistant's own sentences, and through those that docs/assist.md teaches it."""

from pathlib import Path
import re
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.components import conversation
from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.components.homeassistant.exposed_entities import (
    async_expose_entity,
    async_should_expose,
)
from homeassistant.const import MAJOR_VERSION, MINOR_VERSION, EntityCategory
from homeassistant.core import Context
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.intent import IntentResponseType
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml

from .house import House, Json, ids, refuse_changes
from .test_for_a_while import about, back_at, override

TRANSLATIONS = (
    Path(__file__).parent.parent / "custom_components" / DOMAIN / "translations"
)
PAGE = (Path(__file__).parent.parent / "docs" / "assist.md").read_text(encoding="utf-8")
AUTOMATIONS = [
    parse_yaml(text)
    for text in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]


def room(**leaves: Any) -> dict[str, Json]:
    """Return settings of the room, as the cloud writes them."""
    return {"room": leaves}


def optimization(**leaves: bool) -> dict[str, Json]:
    """Return optimization settings, as the cloud writes them."""
    return {"optimization_settings": leaves}


DEGREES = room(preferred_temperature=20)
OFF = room(temperature_control_mode="off")
HEATING = room(temperature_control_mode="heating")
TARIFF = optimization(dynamic_tariff=True)
FLEX = optimization(flex_trading=True)
NO_SOLAR = optimization(pv_self_consumption=False)

# In a fresh house; what is configuration once it is exposed.
UNDERSTOOD = [
    ("en", "set the heat pump to 20 degrees", DEGREES),
    ("en", "turn off the heat pump", OFF),
    ("en", "turn on the heat pump", HEATING),
    ("en", "turn on heat pump dynamic tariff", TARIFF),
    ("en", "turn off heat pump own solar power", NO_SOLAR),
    ("en", "turn on heat pump flex trading", FLEX),
    ("nl", "zet de warmtepomp op 20 graden", DEGREES),
    ("nl", "zet de warmtepomp uit", OFF),
    ("nl", "zet de warmtepomp aan", HEATING),
    ("nl", "zet warmtepomp dynamisch tarief aan", TARIFF),
    ("nl", "zet warmtepomp eigen zonnestroom uit", NO_SOLAR),
    ("nl", "zet warmtepomp flexhandel aan", FLEX),
]
NOT_UNDERSTOOD = [
    ("en", "set the heat pump to cooling"),
    ("en", "set the heat pump to away"),
    ("en", "keep the hot water at 50 degrees"),
    ("en", "boost the hot water"),
    ("en", "back to normal"),
    ("en", "warmer for two hours"),
    ("en", "away until Sunday"),
    ("en", "set the heat pump to boost"),
    ("en", "press heat pump back to normal"),
    ("en", "turn on dynamic tariff"),
    # Not exposed yet.
    ("en", "turn on heat pump dynamic tariff"),
    ("nl", "zet de warmtepomp op koelen"),
    ("nl", "zet de warmtepomp op afwezig"),
    ("nl", "houd het warme water op 50 graden"),
    ("nl", "zet dynamisch tarief aan"),
    ("nl", "zet warmtepomp dynamisch tarief aan"),
]
# With the automations of the page.
TAUGHT = [
    ("en", "set the heat pump to heating", HEATING),
    ("en", "switch heat pump to cool mode", room(temperature_control_mode="cooling")),
    (
        "en",
        "set the heat pump to heating and cooling",
        room(temperature_control_mode="auto"),
    ),
    ("en", "change the heat pump to off", OFF),
    (
        "en",
        "keep the hot water at 50 degrees",
        {"dhw": {"temperature_lower_bound": 50}},
    ),
    ("en", "I prefer 21.5 degrees", room(preferred_temperature=21.5)),
    ("nl", "zet de warmtepomp op verwarmen", HEATING),
    (
        "nl",
        "schakel de warmtepomp naar koelen",
        room(temperature_control_mode="cooling"),
    ),
    (
        "nl",
        "zet de warmtepomp op verwarmen en koelen",
        room(temperature_control_mode="auto"),
    ),
    (
        "nl",
        "houd het warme water op 50 graden",
        {"dhw": {"temperature_lower_bound": 50}},
    ),
    ("nl", "ik wil 19 graden", room(preferred_temperature=19)),
]
LANGUAGES = {
    "Czech": "cs",
    "Danish": "da",
    "Finnish": "fi",
    "French": "fr",
    "German": "de",
    "Italian": "it",
    "Norwegian": "nb",
    "Polish": "pl",
    "Portuguese": "pt",
    "Spanish": "es",
    "Swedish": "sv",
}
# As the page has them: a row a language, and a column a change.
OTHER_LANGUAGES = [
    (LANGUAGES[language], sentence, change)
    for language, *sentences in re.findall(
        r"^\| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE
    )
    if language in LANGUAGES
    for sentence, change in zip(sentences, (DEGREES, OFF, TARIFF), strict=True)
    if sentence != "–"
]
DID_NOT_WORK = {"en": "did not work", "nl": "niet gelukt"}


async def fresh(house: House, language: str, *device_ids: str) -> House:
    """Connect a house in which nobody has set up anything else."""
    house.hass.config.language = language
    await house.connected(*device_ids)
    await assist(house)
    return house


async def assist(house: House) -> None:
    """Set up Assist, which looks at once whom it is to know."""
    for domain in ("homeassistant", "conversation"):
        assert await async_setup_component(house.hass, domain, {})
    await house.hass.async_block_till_done()


def expose(house: House, change: Json) -> None:
    """Let Assist see the switches of a change, as under Settings → Voice assistants → Expose."""
    for key in change.get("optimization_settings", ()):
        entity_id = house.entity_id(key)
        assert not async_should_expose(house.hass, conversation.DOMAIN, entity_id)
        async_expose_entity(house.hass, conversation.DOMAIN, entity_id, True)


async def taught(house: House, language: str) -> House:
    """Connect a house with the automations of the page."""
    await fresh(house, language)
    config = {AUTOMATION: AUTOMATIONS}
    assert await async_setup_component(house.hass, AUTOMATION, config)
    await house.hass.async_block_till_done()
    states = house.hass.states.async_all(AUTOMATION)
    assert [state.state for state in states] == ["on"] * len(AUTOMATIONS)
    return house


async def say(house: House, sentence: str, language: str) -> tuple[bool, str]:
    """Say something; return whether it was done, and the answer."""
    result = await conversation.async_converse(
        house.hass, sentence, None, Context(), language=language
    )
    await house.hass.async_block_till_done(wait_background_tasks=True)
    response = result.response
    done = response.response_type is not IntentResponseType.ERROR
    return done, response.speech["plain"]["speech"]


@pytest.mark.parametrize(("language", "sentence", "change"), UNDERSTOOD)
async def test_understood(
    house: House, language: str, sentence: str, change: Json
) -> None:
    """In a fresh house, without aliases, people are understood; and the page says so."""
    await fresh(house, language)
    assert f"| {sentence} |" in PAGE
    expose(house, change)
    done, _ = await say(house, sentence, language)
    assert done
    assert house.received() == [{**ids("hp-1"), **change}]


@pytest.mark.parametrize(("language", "sentence", "change"), OTHER_LANGUAGES)
async def test_understood_in_other_languages(
    house: House, language: str, sentence: str, change: Json
) -> None:
    """What the page says of other languages is so."""
    await fresh(house, language)
    expose(house, change)
    done, _ = await say(house, sentence, language)
    assert done
    assert house.received() == [{**ids("hp-1"), **change}]


def test_every_language() -> None:
    """The page has something to say to everybody whom the integration speaks to."""
    spoken = {language for language, _, _ in (*UNDERSTOOD, *OTHER_LANGUAGES)}
    assert spoken == {path.stem for path in TRANSLATIONS.glob("*.json")}


@pytest.mark.parametrize(
    ("language", "sentence", "answers"),
    [
        ("en", "is heat pump dynamic tariff on", ("Yes", "No")),
        ("nl", "is warmtepomp dynamisch tarief aan", ("Ja", "Nee")),
    ],
)
async def test_asked(
    house: House, language: str, sentence: str, answers: tuple[str, str]
) -> None:
    """People can ask for a switch."""
    await fresh(house, language)
    expose(house, TARIFF)
    assert f"| {sentence} |" in PAGE
    for answer, on in zip(answers, (True, False), strict=True):
        await house.change_elsewhere(optimization(dynamic_tariff=on))
        done, words = await say(house, sentence, language)
        assert done
        assert words.startswith(answer)
    assert house.received() == []


@pytest.mark.parametrize(
    ("language", "sentence", "change"),
    [
        ("en", "set all heat pumps to 20 degrees", DEGREES),
        ("en", "turn off all heat pumps", OFF),
        ("nl", "zet alle warmtepompen op 20 graden", DEGREES),
        ("nl", "zet alle warmtepompen uit", OFF),
    ],
)
async def test_all_heat_pumps(
    house: House, language: str, sentence: str, change: Json
) -> None:
    """Several heat pumps are addressed together."""
    await fresh(house, language, "hp-1", "hp-2")
    done, _ = await say(house, sentence, language)
    assert done
    assert house.received() == [{**ids("home"), **change}]


async def test_all_heat_pumps_that_differ(house: House) -> None:
    """Where their temperatures differ, Assist finds no thermostat that has one, and says so; the rest is understood as ever."""
    await fresh(house, "en", "hp-1", "hp-2")
    await house.change_elsewhere(room(preferred_temperature=19), "hp-2")
    done, words = await say(house, "set all heat pumps to 20 degrees", "en")
    assert not done
    assert "does not support" in words or "supports the required features" in words
    assert house.received() == []
    done, _ = await say(house, "turn off all heat pumps", "en")
    assert done


async def test_another_language_later(house: House) -> None:
    """Who changes Home Assistant's language can use the new one after the next start."""
    await fresh(house, "en")
    house.hass.config.language = "nl"
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    house.cloud.journal.clear()
    done, _ = await say(house, "zet de warmtepomp op 20 graden", "nl")
    assert done
    assert house.received() == [{**ids("hp-1"), **DEGREES}]


@pytest.mark.parametrize(("language", "sentence"), NOT_UNDERSTOOD)
async def test_not_understood(house: House, language: str, sentence: str) -> None:
    """What the page says does not work by itself does nothing, and is not said to be done."""
    await fresh(house, language)
    done, _ = await say(house, sentence, language)
    assert not done
    assert house.received() == []


async def test_outside_the_band(house: House) -> None:
    """In heat/cool a temperature outside the band does nothing; one inside it is the preferred one."""
    await fresh(house, "en")
    await house.change_elsewhere(room(temperature_control_mode="auto"))
    done, _ = await say(house, "set the heat pump to 25 degrees", "en")
    assert not done
    assert house.received() == []
    done, _ = await say(house, "set the heat pump to 22 degrees", "en")
    assert done
    assert house.received() == [{**ids("hp-1"), **room(preferred_temperature=22)}]


@pytest.mark.parametrize(("language", "sentence", "change"), TAUGHT)
async def test_taught(house: House, language: str, sentence: str, change: Json) -> None:
    """The automations of the page add sentences, which answer when the cloud has accepted the change."""
    await taught(house, language)
    done, words = await say(house, sentence, language)
    assert done
    assert DID_NOT_WORK[language] not in words
    assert house.received() == [{**ids("home"), **change}]


@pytest.mark.parametrize(
    ("language", "away", "home"),
    [
        ("en", "set the heat pump to away", "set heat pump to home"),
        ("nl", "zet de warmtepomp op afwezig", "zet de warmtepomp op thuis"),
    ],
)
async def test_presets_are_taught(
    house: House, language: str, away: str, home: str
) -> None:
    """Those for presets begin a vacation and end it."""
    await taught(house, language)
    for sentence, preset, preferred in ((away, "away", 16), (home, "none", 21)):
        done, words = await say(house, sentence, language)
        assert done
        assert DID_NOT_WORK[language] not in words
        assert house.state("climate").attributes["preset_mode"] == preset
        assert house.received()[-1]["room"] == {"preferred_temperature": preferred}


@pytest.mark.parametrize(("language", "sentence", "change"), TAUGHT)
async def test_refused(
    house: House, language: str, sentence: str, change: Json
) -> None:
    """They do not say that something is done which the cloud has refused."""
    await taught(house, language)
    # At something else than what is asked for.
    await house.change_elsewhere(
        room(
            preferred_temperature=22,
            temperature_control_mode="heating" if change == OFF else "off",
        )
    )
    refuse_changes(house, "Ask your installer")
    _, words = await say(house, sentence, language)
    assert len(house.received()) == 1
    assert DID_NOT_WORK[language] in words


IN_FORCE = re.findall(
    r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| (?:tells what is in force|ends it)[^|]+ \|$",
    PAGE,
    re.MULTILINE,
)


@pytest.mark.parametrize("language", ["en", "de", "nl"])
async def test_what_is_in_force(house: House, language: str) -> None:
    """People can ask what is set for a while, and press the button, once both are exposed; as far as the page says."""
    await fresh(house, language)
    for key in ("for_a_while", "back_to_normal"):
        entity_id = house.entity_id(key)
        assert not async_should_expose(house.hass, conversation.DOMAIN, entity_id)
        async_expose_entity(house.hass, conversation.DOMAIN, entity_id, True)
    asked, pressed = (dict(zip(("en", "de", "nl"), it, strict=True)) for it in IN_FORCE)
    _, words = await say(house, asked[language], language)
    assert words.endswith(" none")
    await override(house, name="Bath", hot_water_min=55)
    done, words = await say(house, asked[language], language)
    assert done
    assert words.endswith(" Bath")
    sentence = pressed[language]
    if sentence == "–":
        return
    done, _ = await say(house, sentence, language)
    # Intents of 2026.10 do not know buttons.
    assert done is ((MAJOR_VERSION, MINOR_VERSION) >= (2026, 11))
    assert house.shows("for_a_while") == ("none" if done else "Bath")


FOR_A_WHILE = [
    ("en", "boost the hot water", "boost the water", "back to normal"),
    (
        "nl",
        "geef het warme water een boost",
        "boost het warme water",
        "terug naar normaal",
    ),
]


@pytest.mark.parametrize(("language", "boost", "otherwise", "normal"), FOR_A_WHILE)
async def test_boost_is_taught(
    house: House, language: str, boost: str, otherwise: str, normal: str
) -> None:
    """Boost begins as the preset says, and is over when everything is back to normal."""
    await taught(house, language)
    for sentence in (boost, otherwise):
        done, words = await say(house, sentence, language)
        assert done
        assert DID_NOT_WORK[language] not in words
        assert house.state("climate").attributes["preset_mode"] == "boost"
        assert house.received()[-1]["dhw"] == {"temperature_lower_bound": 55}
        _, words = await say(house, normal, language)
        assert DID_NOT_WORK[language] not in words
        assert house.shows("for_a_while") == "none"
        assert house.received()[-1]["dhw"] == {"temperature_lower_bound": 45}


@pytest.mark.parametrize(
    ("language", "sentence", "hours"),
    [
        ("en", "make it warmer for two hours", 2),
        ("en", "a bit warmer for an hour", 1),
        ("en", "I want it warmer for 3 hours", 3),
        ("nl", "twee uur warmer", 2),
        ("nl", "maak het 1.5 uur lang warmer", 1.5),
    ],
)
async def test_warmer_is_taught(
    house: House, language: str, sentence: str, hours: float
) -> None:
    """It is warmer by a degree, and ends by itself."""
    await taught(house, language)
    done, words = await say(house, sentence, language)
    assert done
    assert DID_NOT_WORK[language] not in words
    assert house.received() == [{**ids("hp-1"), **room(preferred_temperature=22)}]
    assert house.shows("for_a_while") == "Warmer"
    assert about(back_at(house), hours * 3600)


@pytest.mark.parametrize("today", range(23, 30))
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "we're away until Sunday"), ("nl", "we zijn weg tot zondag")],
)
async def test_away_is_taught(
    house: House,
    freezer: TickingDateTimeFactory,
    language: str,
    sentence: str,
    today: int,
) -> None:
    """A vacation begins, which ends in the afternoon of the next such day; today is not meant."""
    freezer.move_to(f"2026-11-{today} 20:00:00+00:00")
    await taught(house, language)
    done, words = await say(house, sentence, language)
    assert done
    assert DID_NOT_WORK[language] not in words
    assert house.state("climate").attributes["preset_mode"] == "away"
    end = dt_util.as_local(back_at(house))
    assert (end.hour, end.minute, end.isoweekday()) == (16, 0, 7)
    assert 0 < (end.date() - dt_util.now().date()).days <= 7
    # It is a vacation: “back to normal” is not meant for it.
    await say(house, FOR_A_WHILE[language == "nl"][-1], language)
    assert house.state("climate").attributes["preset_mode"] == "away"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "make it warmer for some hours"),
        ("en", "we are away until Easter"),
        ("nl", "een paar uur warmer"),
        ("nl", "ik ben weg tot Pasen"),
    ],
)
async def test_for_how_long(house: House, language: str, sentence: str) -> None:
    """What has no end that can be understood is not begun, and is not said to be."""
    await taught(house, language)
    _, words = await say(house, sentence, language)
    assert DID_NOT_WORK[language] in words
    assert house.received() == []
    assert house.shows("for_a_while") == "none"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "boost the hot water"),
        ("en", "make it warmer for 2 hours"),
        ("en", "I am away until Friday"),
        ("nl", "geef het warme water een boost"),
        ("nl", "twee uur warmer"),
        ("nl", "ik ben weg tot vrijdag"),
    ],
)
async def test_not_yet(house: House, language: str, sentence: str) -> None:
    """While the cloud has not taken it, it is not said to be done."""
    await taught(house, language)
    refuse_changes(house, "Ask your installer")
    _, words = await say(house, sentence, language)
    assert house.received()
    assert DID_NOT_WORK[language] in words


async def test_exposed_before(house: House) -> None:
    """A switch that Assist knew before it was configuration is not taken away."""
    await house.connected()
    registry = er.async_get(house.hass)
    entity_id = house.entity_id("dynamic_tariff")
    registry.async_update_entity(entity_id, entity_category=None)
    await assist(house)
    assert async_should_expose(house.hass, conversation.DOMAIN, entity_id)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    entry = registry.async_get(entity_id)
    assert entry is not None
    assert entry.entity_category is EntityCategory.CONFIG
    assert async_should_expose(house.hass, conversation.DOMAIN, entity_id)
