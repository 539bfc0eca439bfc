"""What a person is asked under Repairs: whether a heat pump that has turned up is one that has gone."""

from collections.abc import Iterable
from hashlib import sha256
import json
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..model.identity import Question
from .issues import ACCOUNT_LINK_PAGE, async_close_others, async_create_issue

_PREFIX: Final = "same_heat_pump"


def question_id(question: Question, entry_id: str) -> str:
    """Return the id of the issue: of a heat pump that has turned up, it stays when another one that had gone is back."""
    subject = [*question.there, *(question.gone if question.only_one else ())]
    digest = sha256("/".join(sorted(subject)).encode(errors="surrogatepass"))
    return f"{_PREFIX}_{entry_id}_{digest.hexdigest()[:12]}"


@callback
def async_ask_only(
    hass: HomeAssistant, entry_id: str, questions: Iterable[Question]
) -> set[str]:
    """Ask these questions under Repairs, and close the others; return the ids of the issues."""
    # Not persistent: those would be in Home Assistant's own diagnostics, with all that they tell.
    wanted = {question_id(it, entry_id): it for it in questions}
    async_close_others(hass, f"{_PREFIX}_{entry_id}_", wanted)
    for issue_id, question in wanted.items():
        async_create_issue(
            hass,
            issue_id,
            {
                "gone": ", ".join(question.gone.values()),
                "there": ", ".join(question.there.values()),
                "page": ACCOUNT_LINK_PAGE,
            },
            # The data of an issue holds no more than texts and numbers.
            data={"entry_id": entry_id, "question": json.dumps(question.to_json())},
            translation_key=f"{_PREFIX}_of_one" if question.only_one else _PREFIX,
        )
    return set(wanted)
