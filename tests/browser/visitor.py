"""Somebody who walks through the house with a browser."""

from contextlib import suppress
from functools import cache, reduce
import json
import math
from typing import Any, Final

from playwright.async_api import (
    FloatRect,
    Locator,
    Page,
    Playwright,
    TimeoutError as PageTimeoutError,
    expect,
)

from scripts.demo import House
from scripts.demo.house import DOMAIN
from scripts.demo.paths import CUSTOM_COMPONENTS

from .scenes import Theme

PATIENCE: Final = 60_000
"""Milliseconds that anything may take on a busy machine."""

_STUCK_AFTER: Final = PATIENCE / 6
"""Milliseconds after which a page is opened once more, as people do."""
_TRIES: Final = 3

_EACH_BELOW: Final = """function* below(node) {
  for (const each of node.querySelectorAll("*")) {
    yield each;
    if (each.shadowRoot) yield* below(each.shadowRoot);
  }
}"""

# Cards don't carry their entity's id where CSS could see it.
_CARD_OF: Final = f"""({{
  queryAll(root, entity) {{
    {_EACH_BELOW}
    return [...below(root)].filter((each) =>
      /^hui-.*-(card|badge|row)$/.test(each.localName) && each._config?.entity === entity);
  }},
  query(root, entity) {{
    return this.queryAll(root, entity)[0] ?? null;
  }},
}})"""

_STICKING_OUT: Final = f"""(page) => {{
  {_EACH_BELOW}
  return [...below(document)].filter((each) => each.localName === "ha-card").filter((card) => {{
    const {{ left, right, width }} = card.getBoundingClientRect();
    return width > 0 && (left < 0 || right > page);
  }}).map((card) => card.getRootNode().host?.localName);
}}"""

_CUT_SHORT: Final = f"""() => {{
  {_EACH_BELOW}
  return [...below(document)].filter((each) => each.localName === "ha-tile-info").flatMap((info) =>
    [...below(info), ...below(info.shadowRoot)]
      .filter((each) => each.scrollWidth > each.clientWidth && getComputedStyle(each).textOverflow === "ellipsis")
      .map(() => info.getRootNode().host?._config?.entity));
}}"""

# The last letters give way to the dots.
_NAMES_OF_ROWS: Final = f"""() => {{
  {_EACH_BELOW}
  return [...below(document)].filter((each) => each.localName === "hui-generic-entity-row").flatMap((row) => {{
    const info = row.shadowRoot.querySelector(".info");
    const text = info && [...below(info)].concat(info).flatMap((each) => [...each.childNodes])
      .find((each) => each.nodeType === Node.TEXT_NODE && each.data.trim());
    if (!text) return [];
    const start = text.data.search(/\\S/);
    const name = text.data.trim();
    const range = document.createRange();
    range.setStart(text, start);
    range.setEnd(text, start + name.length);
    const right = info.getBoundingClientRect().right;
    let length = name.length;
    if (range.getBoundingClientRect().right > right + 1)
      while (length && range.getBoundingClientRect().right > right - 12) range.setEnd(text, start + --length);
    return [{{ name, seen: name.slice(0, length) }}];
  }});
}}"""

# What is seen, and not what the page says of itself: that is sometimes lost.
_IN_THEME: Final = """(theme) => {
  const patch = document.createElement("div");
  patch.style.backgroundColor = "var(--primary-background-color)";
  document.body.append(patch);
  const colour = getComputedStyle(patch).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number);
  patch.remove();
  return Math.max(...colour) < 128 === (theme === "dark");
}"""

# Those of a hand, over all pages that it opens. Not at the window: there Playwright takes back a click that a moving list
# would have got in another's place, and makes it anew.
COUNT_CLICKS: Final = """document.addEventListener("click", (click) => {
  if (click.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1;
}, true)"""

_HASS: Final = "document.querySelector('home-assistant')?.hass"


async def register_selectors(playwright: Playwright) -> None:
    """Let `card=<entity id>` find the card, badge or row of an entity."""
    await playwright.selectors.register("card", script=_CARD_OF)


@cache
def _translations(language: str) -> Any:
    file = CUSTOM_COMPONENTS / DOMAIN / "translations" / f"{language}.json"
    return json.loads(file.read_text(encoding="utf-8"))


class Visitor:
    """A page of the house, and hands to use it with."""

    def __init__(self, page: Page, house: House) -> None:
        """Stand before the house."""
        self.page = page
        self._house = house
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def go(self, path: str) -> None:
        """Open a page of the house, and wait until it is ready."""
        # On a busy machine one of many pages stays without texts for ever: Home Assistant's frontend has them by then,
        # and has lost sight of them.
        for _ in range(_TRIES):
            with suppress(PageTimeoutError):
                await self._open(path, _STUCK_AFTER)
                return
        await self._open(path, PATIENCE)

    async def _open(self, path: str, patience: float) -> None:
        await self.page.goto(f"{self._house.url}{path}", timeout=patience)
        await self.arrived(patience)
        await self.page.wait_for_function(
            f"{_HASS}.localize('ui.common.delete')", timeout=patience
        )

    async def arrived(self, patience: float = PATIENCE) -> None:
        """Wait until the page knows the states, and the language of the house."""
        await self.page.wait_for_function(
            f"(language) => {_HASS}?.connected && {_HASS}.states && {_HASS}.language === language",
            arg=self._house.language,
            timeout=patience,
        )

    def said(self, key: str, **placeholders: str) -> str:
        """Return a text of ours in the language of the house, by where it is in the translations: "common.vacation"."""
        text = reduce(
            lambda texts, name: texts[name],
            key.split("."),
            _translations(self._house.language),
        )
        return str(text).format(**placeholders)

    async def clicks(self) -> int:
        """Return how often something has been clicked on since the first page was opened."""
        return int(await self.page.evaluate("Number(sessionStorage.clicks ?? 0)"))

    async def words(self, key: str, **placeholders: str) -> str:
        """Return a text of the frontend's own in the language of the house, once the page has it: "ui.common.delete"."""
        text = await self.page.wait_for_function(
            f"([key, placeholders]) => {_HASS}.localize(key, placeholders)",
            arg=[key, placeholders],
        )
        return str(await text.json_value())

    async def reads(self, entity_id: str, state: str, **attributes: Any) -> None:
        """Wait until the page has been told that an entity is like this."""
        await self.page.wait_for_function(
            f"""([id, state, attributes]) => {{
              const found = {_HASS}.states[id];
              return found?.state === state
                && Object.entries(attributes).every(([name, value]) => found.attributes[name] === value);
            }}""",
            arg=[entity_id, state, attributes],
        )

    async def sees_theme(self, theme: Theme) -> None:
        """Wait until the page has the colours of a theme."""
        await self.page.wait_for_function(_IN_THEME, arg=theme)

    async def sees_toast(self, text: str) -> None:
        """Wait until a toast says something."""
        await expect(
            self.page.locator("ha-toast .message", has_text=text)
        ).to_be_visible()

    async def finds_all_cards_well(self) -> None:
        """Check that no card is an error, or wider than the page."""
        errors = self.page.locator("hui-error-card, hui-warning, hui-warning-element")
        await expect(errors).to_have_count(0)
        size = self.page.viewport_size
        assert size is not None
        assert await self.page.evaluate(_STICKING_OUT, size["width"]) == []

    async def sees_graph(self, lines: int, points: int) -> None:
        """Wait until a graph has so many lines with at least so many points each."""
        await self.page.wait_for_function(
            f"""([lines, points]) => {{
              {_EACH_BELOW}
              const chart = [...below(document)].find((each) => each.localName === "ha-chart-base");
              const drawn = (chart?.data ?? []).filter((line) => line.data?.length >= points);
              return drawn.length === lines && chart.shadowRoot.querySelector("canvas");
            }}""",
            arg=[lines, points],
        )

    async def sees_calendar(self) -> None:
        """Wait until the dashboard's calendar has laid itself out for a narrow card, which it finds out late."""
        await expect(
            self.page.locator("hui-calendar-card .controls h1")
        ).to_be_visible()

    async def names_cut_short(self) -> list[str]:
        """Return the entities on whose tiles a name or a state has no room."""
        found: list[str] = await self.page.evaluate(_CUT_SHORT)
        return found

    async def names_of_rows(self) -> list[tuple[str, str]]:
        """Return the names of the entities that are listed, each with what is seen of it where its end is cut off."""
        found = await self.page.evaluate(_NAMES_OF_ROWS)
        return [(it["name"], it["seen"]) for it in found]

    def card(self, entity_id: str) -> Locator:
        """Return the card, badge or row of an entity."""
        return self.page.locator(f"card={entity_id}")

    def dialog(self) -> Locator:
        """Return the dialog that is open."""
        return self.page.locator("ha-dialog[open]")

    async def close_dialog(self) -> None:
        """Close the dialog that is open."""
        await self.page.keyboard.press("Escape")
        await self.has_left_the_dialog()

    async def has_left_the_dialog(self) -> None:
        """Wait until the dialog is closed and gone from the page's history, or else that takes away where one goes next."""
        await expect(self.dialog()).to_have_count(0)
        await self.page.wait_for_function("!history.state?.dialog")

    async def sees_in(self, place: Locator, count: int, unit: str) -> None:
        """Wait until a place says that something is so far away: "in 2 hours"."""
        text = await self.page.evaluate(
            """([language, count, unit]) =>
              new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(count, unit)""",
            [self._house.language, count, unit],
        )
        await expect(place).to_contain_text(text, ignore_case=True)

    async def press(self, key: str) -> None:
        """Press the button on which these words of the frontend's are."""
        name = await self.words(key)
        await self.page.get_by_role("button", name=name, exact=True).click()

    # --- thermostats ----------------------------------------------------------------------------------------------

    async def drag_handle(
        self, slider: Locator, of: float, to: float, *, least: float, most: float
    ) -> None:
        """Drag a handle of a thermostat's dial from one temperature to another, as a hand would."""
        await slider.scroll_into_view_if_needed()
        box = await slider.locator("svg#slider").bounding_box()
        assert box is not None
        way = [
            _on_the_dial(box, (of + (to - of) * step / 10 - least) / (most - least))
            for step in range(11)
        ]
        if await self.page.evaluate("navigator.maxTouchPoints"):
            await self._drag_with_a_finger(way)
        else:
            await self._drag_with_the_mouse(way)

    async def _drag_with_the_mouse(self, way: list[tuple[float, float]]) -> None:
        mouse = self.page.mouse
        await mouse.move(*way[0])
        await mouse.down()
        for x, y in way[1:]:
            await mouse.move(x, y)
        await mouse.up()

    async def _drag_with_a_finger(self, way: list[tuple[float, float]]) -> None:
        """Touch: a page may take it for scrolling, which it does not do with a mouse."""
        session = await self.page.context.new_cdp_session(self.page)
        for step, (x, y) in enumerate(way):
            await session.send(
                "Input.dispatchTouchEvent",
                {
                    "type": "touchMove" if step else "touchStart",
                    "touchPoints": [{"x": x, "y": y}],
                },
            )
        await session.send(
            "Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []}
        )
        await session.detach()

    async def choose_preset(self, name: str) -> None:
        """Choose a preset in the dialog of a thermostat by what it is called there."""
        label = await self.words(
            "component.climate.entity_component._.state_attributes.preset_mode.name"
        )
        menu = self.page.locator(
            "more-info-climate ha-control-select-menu", has_text=label
        )
        await menu.locator("button").click()
        await menu.locator("ha-dropdown-item").filter(has_text=name).click()

    # --- forms ----------------------------------------------------------------------------------------------------

    async def choose_from_menu(self, row: Locator, name: str) -> None:
        """Choose something from the menu at the end of a row."""
        menu = row.locator("ha-dropdown").first
        await menu.locator("ha-icon-button[slot=trigger]").click()
        await menu.locator("ha-dropdown-item").filter(has_text=name).click()

    async def add_integration(self) -> Locator:
        """Begin to connect a home from the page of all integrations, and return the form for it."""
        await self.press("ui.panel.config.integrations.add_integration")
        await self.page.locator("dialog-add-integration input").fill("heat pump")
        ours = self.page.locator("ha-integration-list-item")
        await ours.get_by_text(self.said("title")).click()
        return self.page.locator("step-flow-form")

    async def pick_server(self, form: Locator, url: str) -> None:
        """Connect to another server than the one that is filled in."""
        name = self.said("config.step.user.data.base_url")
        await form.get_by_role("button", name=name).click()
        await self.type_and_pick(url)

    async def pick_room_sensor(self, form: Locator) -> None:
        """Pick the only sensor that is offered while a home is connected."""
        await expect(form).to_contain_text(
            self.said("config.step.room_sensor.data.entity_id")
        )
        await form.locator("ha-picker-field").click()
        await (
            self.page.locator("ha-picker-combo-box").get_by_role("option").first.click()
        )

    async def fill_in_blueprint(self, name: str, sensor: str) -> Locator:
        """Open the form of a blueprint that asks for a heat pump and a sensor, pick both, and return what saves it."""
        await self.go("/config/blueprint/dashboard")
        await self.page.locator("ha-data-table").get_by_text(name).click()
        form = self.page.locator("blueprint-automation-editor")
        option = self.page.locator("ha-picker-combo-box").get_by_role("option")
        await form.locator("ha-devices-picker ha-picker-field").click()
        heat_pump = self.said("device.heat_pump.name")
        await option.filter(has_text=heat_pump).first.click()
        await form.locator("ha-entities-picker ha-picker-field").click()
        await option.filter(has_text=sensor).click()
        save = await self.words("ui.common.save")
        return form.get_by_role("button", name=save, exact=True)

    async def type_and_pick(self, text: str) -> None:
        """Type into the list that has just been opened, and pick what it offers for that."""
        box = self.page.locator("ha-picker-combo-box")
        await box.locator("input").fill(text)
        await box.get_by_role("option").filter(has_text=text).first.click()

    async def type_number(self, form: Locator, label: str, value: float) -> None:
        """Type a number into a field, and leave it: the form has it then."""
        number = form.get_by_role("spinbutton", name=label, exact=True)
        await number.fill(f"{value:g}")
        await number.press("Tab")
        await expect(number).to_have_value(f"{value:g}")

    async def tick(self, action: str, field: str) -> Locator:
        """Tick a field in the form of an action of ours, and return its row."""
        name = self.said(f"services.{action}.fields.{field}.name")
        row = self.page.locator("ha-service-control ha-settings-row").filter(
            has=self.page.get_by_text(name, exact=True)
        )
        await row.locator("ha-checkbox").click()
        return row.locator("ha-selector")

    async def run_action(self) -> None:
        """Run the action that is open in the editor of automations."""
        card = self.page.locator("ha-automation-sidebar-card")
        await card.locator("ha-icon-button[slot=trigger]").click()
        await self.page.locator("ha-dropdown-item[value=run]:visible").click()

    # --- tiles ----------------------------------------------------------------------------------------------------

    async def expect_number(self, entity_id: str, value: float) -> None:
        """Wait until the buttons of a number's tile show a value."""
        await expect(self.card(entity_id).get_by_role("spinbutton")).to_have_attribute(
            "aria-valuenow", f"{value:g}"
        )

    async def increase(self, entity_id: str) -> None:
        """Press the + of a number's tile."""
        name = await self.words("ui.components.number-buttons.increment")
        await self.card(entity_id).get_by_label(name).click()

    async def expect_switch(self, entity_id: str, *, on: bool) -> None:
        """Wait until the toggle of a switch's tile shows this."""
        await expect(self.card(entity_id).get_by_role("switch")).to_be_checked(
            checked=on
        )


def _on_the_dial(box: FloatRect, part: float) -> tuple[float, float]:
    """Return where on a dial a part of its whole range is. It begins at the lower left, and leaves out a quarter."""
    angle = math.radians(135 + 270 * part)
    radius = box["width"] / 2 * 145 / 160
    return (
        box["x"] + box["width"] / 2 + radius * math.cos(angle),
        box["y"] + box["height"] / 2 + radius * math.sin(angle),
    )
