"""The cards of the dashboard. All of them are Home Assistant's own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import slugify

from ..api import Setting
from ..const import DOMAIN
from ..model.override import VACATION
from ..model.shadow import Status
from ..ui.ids import CALENDAR, FOR_A_WHILE_SENSOR, THERMOSTAT, VACATION_SENSOR
from ..ui.texts import async_common_text
from .contents import Shown

type Card = dict[str, Any]

# The page on which a home is added, and which says why one is not there.
_PAGE: Final = f"/config/integrations/integration/{DOMAIN}"
# Without the name of the device, which the view has.
_AS_ENTITY: Final = {"type": "entity"}
_ICON: Final = "mdi:heat-pump-outline"
# As many characters as there is room for beside the control of a tile.
_LONGEST_NAME: Final = 18

# What is shown of the settings below each heading, by words that are short enough for a tile; and with the colours of
# their lines in the graph.
_COMFORT: Final = {
    Setting.PREFERRED_TEMPERATURE: ("dashboard_preferred", "green"),
    Setting.ALLOWED_BELOW: ("dashboard_colder_by", "blue"),
    Setting.ALLOWED_ABOVE: ("dashboard_warmer_by", "red"),
}
_GRAPH: Final = {
    Setting.PREFERRED_TEMPERATURE: ("dashboard_preferred", "green"),
    "room_may_fall_to": ("dashboard_at_least", "blue"),
    "room_may_rise_to": ("dashboard_at_most", "red"),
}
_HOT_WATER: Final = {
    Setting.HOT_WATER_MIN: ("dashboard_at_least", "blue"),
    Setting.HOT_WATER_MAX: ("dashboard_at_most", "red"),
}
_SCHEDULE: Final = {Setting.SCHEDULE: "dashboard_schedule"}
_ELECTRICITY: Final = {
    Setting.DYNAMIC_TARIFF: "dashboard_dynamic_tariff",
    Setting.PV_SELF_CONSUMPTION: "dashboard_own_solar_power",
    Setting.FLEX_TRADING: "dashboard_flex_trading",
}


@callback
def dashboard(hass: HomeAssistant, contents: Sequence[Shown]) -> Card:
    """Return a dashboard in the house's language, with a view of each that is shown."""
    title = async_common_text(hass, "dashboard_title")
    views = [_view(hass, shown) for shown in contents] or [_nothing(hass, title)]
    paths: set[str] = set()
    for view in views:
        path = wanted = slugify(view["title"], separator="-")
        number = 1
        while path in paths:
            number += 1
            path = f"{wanted}-{number}"
        paths.add(path)
        view["path"] = path
    if len(views) == 1:
        # Among several, a view with an icon would be without its title.
        views[0]["icon"] = _ICON
    return {"title": title, "views": views}


def _nothing(hass: HomeAssistant, title: str) -> Card:
    text = async_common_text(hass, "dashboard_nothing", page=_PAGE)
    return {
        "title": title,
        "type": "sections",
        "sections": [_section([_whole_row("markdown", content=text)])],
    }


def _view(hass: HomeAssistant, shown: Shown) -> Card:
    columns = (
        _room(hass, shown),
        _comfort(hass, shown),
        [*_hot_water(hass, shown), *_electricity(hass, shown)],
        _vacation(hass, shown),
    )
    return {
        "title": shown.title,
        "type": "sections",
        "max_columns": len(columns),
        "badges": _badges(shown),
        "sections": [_section(cards) for cards in columns if cards],
    }


def _section(cards: list[Card]) -> Card:
    return {"type": "grid", "cards": cards}


def _badges(shown: Shown) -> list[Card]:
    badges: list[Card] = []
    if settings := shown.entities.get("settings_status"):
        badge = {"type": "entity", "entity": settings, "show_name": False}
        badges += (
            badge | _while(settings, state_not=Status.NOT_KEPT),
            badge | {"color": "red"} | _while(settings, state=Status.NOT_KEPT),
        )
    badges += (
        {"type": "entity", "entity": link, "show_name": True, "color": "red"}
        | _while(link, state="on")
        for link in shown.account_links
    )
    return badges


def _room(hass: HomeAssistant, shown: Shown) -> list[Card]:
    cards: list[Card] = []
    if shown.is_of_several:
        text = async_common_text(hass, "dashboard_several")
        cards.append(_whole_row("markdown", content=text, text_only=True))
    if thermostat := shown.entities.get(THERMOSTAT):
        cards.append(
            {
                "type": "thermostat",
                "entity": thermostat,
                "features": [
                    {
                        "type": "climate-hvac-modes",
                        "style": "icons",
                        "hvac_modes": ["heat_cool", "heat", "cool", "off"],
                    },
                    {
                        "type": "climate-preset-modes",
                        "style": "icons" if shown.presets_as_icons else "dropdown",
                    },
                ],
            }
        )
    cards += _switches(hass, shown, _SCHEDULE)
    cards += _for_a_while(shown)
    return _under(hass, "dashboard_room", "mdi:sofa-outline", cards)


def _for_a_while(shown: Shown) -> list[Card]:
    """Return what is there only while something is in force: what, until when, and how to end it."""
    cards: list[Card] = []
    if what := shown.entities.get(FOR_A_WHILE_SENSOR):
        cards.append(_tile(what, color="amber") | _while(what, state_not="none"))
    if until := shown.entities.get("back_to_normal_at"):
        cards.append(_tile(until, color="amber") | _while(until, state_not="unknown"))
    if what and (button := shown.entities.get("back_to_normal")):
        press = {
            "action": "perform-action",
            "perform_action": "button.press",
            "target": {"entity_id": button},
        }
        cards.append(
            _tile(button, hide_state=True, tap_action=press)
            | _while(what, state_not=["none", VACATION])
        )
    return cards


def _comfort(hass: HomeAssistant, shown: Shown) -> list[Card]:
    lines: list[Card] = [
        {"entity": entity, "name": _name(hass, shown, key, word), "color": color}
        for key, (word, color) in _GRAPH.items()
        if (entity := shown.entities.get(key))
    ]
    cards: list[Card] = []
    if lines:
        of_room = []
        if shown.room_sensor:
            name = async_common_text(hass, "dashboard_room")
            of_room = [{"entity": shown.room_sensor, "name": name, "color": "purple"}]
        graph = _whole_row(
            "history-graph", hours_to_show=24, entities=[*of_room, *lines]
        )
        if shown.may_be_unknown:
            graph |= _while(lines[0]["entity"], state_not="unknown")
        cards.append(graph)
    cards += _numbers(hass, shown, _COMFORT)
    return _under(hass, "dashboard_comfort", "mdi:thermometer-lines", cards)


def _hot_water(hass: HomeAssistant, shown: Shown) -> list[Card]:
    cards = _numbers(hass, shown, _HOT_WATER)
    return _under(hass, "dashboard_hot_water", "mdi:water-thermometer-outline", cards)


def _electricity(hass: HomeAssistant, shown: Shown) -> list[Card]:
    cards = _switches(hass, shown, _ELECTRICITY)
    return _under(hass, "dashboard_electricity", "mdi:lightning-bolt-outline", cards)


def _vacation(hass: HomeAssistant, shown: Shown) -> list[Card]:
    cards: list[Card] = []
    if calendar := shown.entities.get(CALENDAR):
        card = _whole_row(
            "calendar",
            initial_view="listWeek",
            show_add_event=True,
            entities=[calendar],
        )
        card["grid_options"] = {"columns": "full", "rows": 5}
        cards.append(card)
    stage = shown.entities.get(VACATION_SENSOR)
    badges = [{"type": "entity", "entity": stage}] if stage else []
    return _under(hass, "vacation", "mdi:palm-tree", cards, badges)


def _under(
    hass: HomeAssistant,
    heading: str,
    icon: str,
    cards: list[Card],
    badges: Sequence[Card] = (),
) -> list[Card]:
    """Return cards with a heading above them; no heading where there are no cards, nor while the only one is not there."""
    if not (cards or badges):
        return []
    card: Card = {
        "type": "heading",
        "heading": async_common_text(hass, heading),
        "icon": icon,
    }
    if badges:
        card["badges"] = [*badges]
    elif len(cards) == 1 and "visibility" in cards[0]:
        card["visibility"] = cards[0]["visibility"]
    return [card, *cards]


def _numbers(
    hass: HomeAssistant, shown: Shown, settings: Mapping[Setting, tuple[str, str]]
) -> list[Card]:
    """Return numbers that can be stepped through, but for those that have no value to begin at."""
    tiles = [
        _tile(entity, name=_name(hass, shown, key, word), color=color)
        for key, (word, color) in settings.items()
        if (entity := shown.entities.get(key))
    ]
    steps = {"type": "numeric-input", "style": "buttons"}
    with_steps = _with_control(shown, settings, tiles, steps)
    if not shown.may_be_unknown:
        return with_steps
    return [
        card
        for tile, steps in zip(tiles, with_steps, strict=True)
        for card in (
            steps | _while(tile["entity"], state_not="unknown"),
            tile | _while(tile["entity"], state="unknown"),
        )
    ]


def _switches(
    hass: HomeAssistant, shown: Shown, settings: Mapping[Setting, str]
) -> list[Card]:
    tiles = [
        _tile(entity, name=_name(hass, shown, key, word))
        for key, word in settings.items()
        if (entity := shown.entities.get(key))
    ]
    return _with_control(shown, settings, tiles, {"type": "toggle"})


def _with_control(
    shown: Shown, keys: Iterable[str], tiles: list[Card], control: Card
) -> list[Card]:
    """Return tiles with a control beside the name; below it in all of them, where one has a long name of a person's."""
    longest = max((len(shown.names.get(key, "")) for key in keys), default=0)
    position = "inline" if longest <= _LONGEST_NAME else "bottom"
    return [
        tile | {"features": [control], "features_position": position} for tile in tiles
    ]


def _name(hass: HomeAssistant, shown: Shown, key: str, word: str) -> str | Card:
    """Return what an entity is called here: as the person calls it who has renamed it, else by a word of ours."""
    return _AS_ENTITY if key in shown.names else async_common_text(hass, word)


def _tile(entity: str, **options: Any) -> Card:
    return _whole_row("tile", **{"entity": entity, "name": _AS_ENTITY, **options})


def _whole_row(kind: str, **options: Any) -> Card:
    return {"type": kind, **options, "grid_options": {"columns": "full"}}


def _while(entity: str, **state: Any) -> Card:
    """Return what lets a card be there only while an entity is in a state, or not in it."""
    return {"visibility": [{"condition": "state", "entity": entity, **state}]}
