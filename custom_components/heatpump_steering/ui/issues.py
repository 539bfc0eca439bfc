"""The issues that Home Assistant shows under Repairs."""

from collections.abc import Container, Iterable, Mapping
from hashlib import sha256

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN, HOME_KEY, PROJECT_URL, Target
from .markdown import escaped

NOT_KEPT_PAGE = f"{PROJECT_URL}/blob/main/docs/not-kept.md"
ACCOUNT_LINK_PAGE = f"{PROJECT_URL}/blob/main/docs/account-link.md"
HOT_WATER_PAGE = f"{PROJECT_URL}/blob/main/docs/hot-water.md"
VACATIONS_PAGE = f"{PROJECT_URL}/blob/main/docs/vacations.md"
NO_HEAT_PUMPS_PAGE = f"{PROJECT_URL}/blob/main/docs/no-heat-pumps.md"

# What is said in a choice, which is no Markdown, and what makes a link on purpose.
_AS_IT_IS = frozenset({"before", "page", "wished_in_choice"})
# What is said in the title, too, which is no Markdown either.
_IN_TITLE = frozenset({"heat_pump", "setting", "gone", "there"})


def anonymous(target: Target) -> str:
    """Return what stands for a target in the id of an issue: Home Assistant puts those into diagnostics."""
    return sha256((target or HOME_KEY).encode()).hexdigest()[:12]


@callback
def async_show_damaged_files(hass: HomeAssistant, copies: Iterable[str]) -> None:
    """Show an issue for every file that could not be read whole; `copies` is what they were put aside as."""
    for copy in copies:
        ir.async_create_issue(
            hass,
            DOMAIN,
            f"damaged_file_{copy.removesuffix('.damaged')}",
            is_fixable=True,
            is_persistent=True,
            severity=ir.IssueSeverity.ERROR,
            translation_key="damaged_file",
            translation_placeholders={"copy": copy},
        )


@callback
def async_close_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Close all issues of an entry, but for those that a person has chosen to ignore: they stay ignored."""
    for issue in _issues(hass):
        if f"_{entry_id}_" in issue.issue_id and issue.dismissed_version is None:
            ir.async_delete_issue(hass, DOMAIN, issue.issue_id)


@callback
def async_forget_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Forget all issues of an entry that is removed."""
    for issue in _issues(hass):
        if entry_id in issue.issue_id:
            ir.async_delete_issue(hass, DOMAIN, issue.issue_id)


@callback
def async_close_others(
    hass: HomeAssistant, prefix: str, issues: Container[str]
) -> None:
    """Close the issues whose id begins with the prefix, but for these."""
    for issue in _issues(hass):
        if issue.issue_id.startswith(prefix) and issue.issue_id not in issues:
            ir.async_delete_issue(hass, DOMAIN, issue.issue_id)


def _issues(hass: HomeAssistant) -> list[ir.IssueEntry]:
    return [it for it in ir.async_get(hass).issues.values() if it.domain == DOMAIN]


@callback
def async_create_issue(
    hass: HomeAssistant,
    issue_id: str,
    placeholders: Mapping[str, str],
    *,
    translation_key: str,
    data: dict[str, str | int | float | None] | None = None,
    learn_more_url: str | None = None,
) -> None:
    """Show an issue, which can be mended if it has data; its placeholders are shown as they are, and no Markdown."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        data=data,
        is_fixable=data is not None,
        learn_more_url=learn_more_url,
        severity=ir.IssueSeverity.WARNING,
        translation_key=translation_key,
        translation_placeholders={
            **{
                name: value if name in _AS_IT_IS else escaped(value)
                for name, value in placeholders.items()
            },
            **{
                f"{name}_in_title": value
                for name, value in placeholders.items()
                if name in _IN_TITLE
            },
        },
    )
