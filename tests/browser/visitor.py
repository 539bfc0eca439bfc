"""Somebody who walks through the house with a browser."""

import math
from typing import Any, Final, Literal, Protocol

from playwright.async_api import FloatRect, Locator, Page, Playwright, expect

from scripts.demo import House

PATIENCE: Final = 60_000
"""Milliseconds that anything may take on a busy machine."""

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

_HASS: Final = "document.querySelector('home-assistant')?.hass"


async def register_selectors(playwright: Playwright) -> None:
    """Let `card=<entity id>` find the card, badge or row of an entity."""
    await playwright.selectors.register("card", script=_CARD_OF)


type Size = Literal["desktop", "phone"]
type Theme = Literal["light", "dark"]


class Visitor:
    """A page of the house, and hands to use it with."""

    def __init__(self, page: Page, house: House) -> None:
        """Stand before the house."""
        self.page = page
        self._house = house
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def go(self, path: str) -> None:
        """Open a page of the house, and wait until it knows the states."""
        await self.page.goto(f"{self._house.url}{path}")
        await self.arrived()

    async def arrived(self) -> None:
        """Wait until the page knows the states."""
        await self.page.wait_for_function(f"{_HASS}?.connected && {_HASS}.states")

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

    async def finds(self, what: str, value: object) -> None:
        """Wait until what the page knows of the house ("language") is this."""
        await self.page.wait_for_function(
            f"(value) => {_HASS}.{what} === value", arg=value
        )

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

    async def names_cut_short(self) -> list[str]:
        """Return the entities on whose tiles a name or a state has no room."""
        found: list[str] = await self.page.evaluate(_CUT_SHORT)
        return found

    def card(self, entity_id: str) -> Locator:
        """Return the card, badge or row of an entity."""
        return self.page.locator(f"card={entity_id}")

    def dialog(self) -> Locator:
        """Return the dialog that is open."""
        return self.page.locator("ha-dialog[open]")

    async def press(self, name: str) -> None:
        """Press the button with this name."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    # --- thermostats ----------------------------------------------------------------------------------------------

    async def drag_handle(
        self, slider: Locator, of: float, to: float, *, least: float, most: float
    ) -> None:
        """Drag a handle of a thermostat's dial from one temperature to another, as a hand would."""
        await slider.scroll_into_view_if_needed()
        box = await slider.locator("svg#slider").bounding_box()
        assert box is not None
        mouse = self.page.mouse
        for step in range(11):
            temperature = of + (to - of) * step / 10
            x, y = _on_the_dial(box, (temperature - least) / (most - least))
            await mouse.move(x, y)
            if step == 0:
                await mouse.down()
        await mouse.up()

    # --- tiles ----------------------------------------------------------------------------------------------------

    async def expect_number(self, entity_id: str, value: float) -> None:
        """Wait until the buttons of a number's tile show a value."""
        await expect(self.card(entity_id).get_by_role("spinbutton")).to_have_attribute(
            "aria-valuenow", f"{value:g}"
        )

    async def expect_switch(self, entity_id: str, *, on: bool) -> None:
        """Wait until the toggle of a switch's tile shows this."""
        await expect(self.card(entity_id).get_by_role("switch")).to_be_checked(
            checked=on
        )


class Visit(Protocol):
    """Opens the house in a browser of its own."""

    async def __call__(
        self, *, size: Size = "desktop", theme: Theme = "light"
    ) -> Visitor:
        """Return who looks at it."""
        ...


def _on_the_dial(box: FloatRect, part: float) -> tuple[float, float]:
    """Return where on a dial a part of its whole range is. It begins at the lower left, and leaves out a quarter."""
    angle = math.radians(135 + 270 * part)
    radius = box["width"] / 2 * 145 / 160
    return (
        box["x"] + box["width"] / 2 + radius * math.cos(angle),
        box["y"] + box["height"] / 2 + radius * math.sin(angle),
    )
