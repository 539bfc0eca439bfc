"""Whether a heat pump that has turned up is one that has gone: an account that is linked anew gives it another id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
import json
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant, callback

from ..api import HeatPump
from ..const import PROJECT_URL
from .issues import async_close_others, async_create_issue

_PREFIX: Final = "same_heat_pump"
_PAGE: Final = f"{PROJECT_URL}/blob/main/docs/account-link.md"


def may_be(one: HeatPump, other: HeatPump) -> bool:
    """Return whether two can be the same heat pump, as far as brand and model are known."""
    return all(
        None in (mine, theirs) or mine == theirs
        for mine, theirs in zip(_make(one), _make(other), strict=True)
    )


def alike(one: HeatPump, other: HeatPump) -> bool:
    """Return whether brand and model of two heat pumps are known, and the same."""
    return None not in _make(one) and _make(one) == _make(other)


def _make(heat_pump: HeatPump) -> tuple[str | None, str | None]:
    brand, model = (
        None if text is None else " ".join(text.split()).casefold() or None
        for text in (heat_pump.brand, heat_pump.model)
    )
    return brand, model


@dataclass(frozen=True, slots=True)
class Question:
    """Is one of the heat pumps that have gone the same as one of those that are there? Each by its id, with its name."""

    gone: Mapping[str, str]
    there: Mapping[str, str]
    only_one: bool = False
    """The entry is about the one that has gone, and about no other; those that are there may always have been."""

    def issue_id(self, entry_id: str) -> str:
        """Return the id of the issue: of a heat pump that has turned up, it stays when another one that had gone is back."""
        subject = [*self.there, *(self.gone if self.only_one else ())]
        digest = sha256("/".join(sorted(subject)).encode(errors="surrogatepass"))
        return f"{_PREFIX}_{entry_id}_{digest.hexdigest()[:12]}"

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "gone": dict(self.gone),
            "there": dict(self.there),
            "only_one": self.only_one,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what was kept; raises KeyError, TypeError or ValueError for what is none."""
        return cls(dict(raw["gone"]), dict(raw["there"]), bool(raw["only_one"]))

    def to_issue(self, entry_id: str) -> dict[str, str | int | float | None]:
        """Return it as the data of an issue, which can hold no more than texts and numbers."""
        return {"entry_id": entry_id, "question": json.dumps(self.to_json())}

    @classmethod
    def from_issue(cls, data: Mapping[str, Any]) -> Self:
        """Read the data of an issue."""
        return cls.from_json(json.loads(data["question"]))


def is_question(issue_id: str) -> bool:
    """Return whether an issue is a question."""
    return issue_id.startswith(f"{_PREFIX}_")


@callback
def async_ask_only(
    hass: HomeAssistant, entry_id: str, questions: Iterable[Question]
) -> set[str]:
    """Ask these questions under Repairs, and close the others; return the ids of the issues.

    Issues that Home Assistant itself keeps would be in its diagnostics, with all that they tell.
    """
    wanted = {it.issue_id(entry_id): it for it in questions}
    async_close_others(hass, f"{_PREFIX}_{entry_id}_", wanted)
    for issue_id, question in wanted.items():
        async_create_issue(
            hass,
            issue_id,
            {
                "gone": ", ".join(question.gone.values()),
                "there": ", ".join(question.there.values()),
                "page": _PAGE,
            },
            data=question.to_issue(entry_id),
            is_fixable=True,
            translation_key=f"{_PREFIX}_of_one" if question.only_one else _PREFIX,
        )
    return set(wanted)
