"""The issues that Home Assistant shows under Repairs."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..api import HeatPump, Setting
from ..const import DOMAIN, HOME_KEY, PROJECT_URL, Target
from ..model.limits import COLDEST_HOT_WATER
from ..model.shadow import NotKept
from ..sync.vacations import Stage
from .ids import Identifiers
from .markdown import escaped
from .texts import async_setting_name, async_value_text, temperature_text

NOT_KEPT_PAGE = f"{PROJECT_URL}/blob/main/docs/not-kept.md"
ACCOUNT_LINK_PAGE = f"{PROJECT_URL}/blob/main/docs/account-link.md"
HOT_WATER_PAGE = f"{PROJECT_URL}/blob/main/docs/hot-water.md"
VACATIONS_PAGE = f"{PROJECT_URL}/blob/main/docs/vacations.md"
NO_HEAT_PUMPS_PAGE = f"{PROJECT_URL}/blob/main/docs/no-heat-pumps.md"

# What is said in a title or a choice, which are no Markdown, and what makes a link on purpose.
_AS_IT_IS = frozenset({"setting_in_title", "before", "page"})


@dataclass(frozen=True, slots=True)
class ColdHotWater:
    """A hot-water minimum below 40 °C, and the one to go back to; both in °C."""

    minimum: float
    before: float
    for_long: bool
    """The grace time is over."""


@callback
def async_show_broken_links(
    hass: HomeAssistant,
    entry_id: str,
    ids: Identifiers,
    heat_pumps: Mapping[str, HeatPump],
) -> None:
    """Show an issue for every heat pump whose manufacturer's account the cloud cannot reach any more."""
    _show(
        hass,
        f"account_link_{entry_id}_",
        {
            _anonymous(device_id): {
                "heat_pump": ids.async_device_name(device_id, heat_pump.full_name)
            }
            for device_id, heat_pump in heat_pumps.items()
            if heat_pump.needs_reauthentication
        },
        translation_key="account_link",
        learn_more_url=ACCOUNT_LINK_PAGE,
    )


@callback
def async_show_no_heat_pumps(
    hass: HomeAssistant, entry: ConfigEntry, reason: str | None
) -> None:
    """Show an issue where a home has no heat pump any more, with the reason; None where it has one."""
    _show(
        hass,
        f"no_heat_pumps_{entry.entry_id}_",
        {}
        if reason is None
        else {_anonymous(None): {"home": entry.title, "reason": reason}},
        translation_key="no_heat_pumps",
        learn_more_url=NO_HEAT_PUMPS_PAGE,
    )


def _anonymous(target: Target) -> str:
    """Return what stands for a target in the id of an issue: Home Assistant puts those into diagnostics."""
    return sha256((target or HOME_KEY).encode()).hexdigest()[:12]


@callback
def async_show_not_kept(
    hass: HomeAssistant,
    entry_id: str,
    ids: Identifiers,
    not_kept: Mapping[Target, Mapping[Setting, NotKept]],
) -> None:
    """Show an issue for every setting that the cloud did not keep, and close those that are mended."""
    shown: dict[str, dict[str, str]] = {}
    for target, settings in not_kept.items():
        for setting, it in settings.items():
            entity = ids.async_entity(target, setting)
            name = async_setting_name(hass, entity.entity_id) if entity else setting
            shown[f"{_anonymous(target)}_{setting}"] = {
                "heat_pump": ids.async_device_name(target, target or ""),
                "setting": name,
                "setting_in_title": name,
                "wished": async_value_text(hass, setting, it.accepted),
                "held": async_value_text(hass, setting, it.held),
            }
    _show(
        hass,
        f"not_kept_{entry_id}_",
        shown,
        translation_key="not_kept",
        learn_more_url=NOT_KEPT_PAGE,
    )


@callback
def async_show_cold_hot_water(
    hass: HomeAssistant,
    entry_id: str,
    ids: Identifiers,
    cold: Mapping[Target, ColdHotWater],
) -> None:
    """Show an issue for every hot-water minimum below 40 °C, with a way to mend it.

    The value is part of the id: whoever leaves it as it is has not said yes to any other.
    """
    prefix = f"hot_water_{entry_id}_"
    issues = {
        f"{prefix}{_anonymous(target)}_{it.minimum:g}": (target, it)
        for target, it in cold.items()
    }
    async_close_others(hass, prefix, issues)
    for issue_id, (target, it) in issues.items():
        if not it.for_long:
            continue
        async_create_issue(
            hass,
            issue_id,
            {
                "heat_pump": ids.async_device_name(target, target or ""),
                "minimum": temperature_text(hass, it.minimum),
                "before": temperature_text(hass, it.before),
                "coldest": temperature_text(hass, COLDEST_HOT_WATER),
                "page": HOT_WATER_PAGE,
            },
            data={
                "entry_id": entry_id,
                "target": target or HOME_KEY,
                "before": it.before,
            },
            is_fixable=True,
            translation_key="hot_water",
        )


@callback
def async_show_overdue_vacations(
    hass: HomeAssistant,
    entry_id: str,
    ids: Identifiers,
    overdue: Mapping[Target, tuple[Stage, str]],
) -> None:
    """Show an issue for every vacation that should have begun, or ended, an hour ago and could not."""
    for key in ("vacation_start", "vacation_end"):
        _show(
            hass,
            f"{key}_{entry_id}_",
            {
                _anonymous(target): {
                    "heat_pump": ids.async_device_name(target, target or ""),
                    "reason": reason,
                }
                for target, (stage, reason) in overdue.items()
                if (stage in (Stage.HOME, Stage.STARTING)) == (key == "vacation_start")
            },
            translation_key=key,
            learn_more_url=VACATIONS_PAGE,
        )


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
    for (domain, issue_id), issue in list(ir.async_get(hass).issues.items()):
        if (
            domain == DOMAIN
            and f"_{entry_id}_" in issue_id
            and issue.dismissed_version is None
        ):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def async_forget_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Forget all issues of an entry that is removed."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and entry_id in issue_id:
            ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def async_close_others(
    hass: HomeAssistant, prefix: str, issues: Container[str]
) -> None:
    """Close the issues whose id begins with the prefix, but for these."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(prefix) and issue_id not in issues:
            ir.async_delete_issue(hass, DOMAIN, issue_id)


def _show(
    hass: HomeAssistant,
    prefix: str,
    issues: Mapping[str, dict[str, str]],
    *,
    translation_key: str,
    learn_more_url: str,
) -> None:
    """Show exactly these issues of those whose id begins with the prefix; each with its placeholders."""
    async_close_others(hass, prefix, {prefix + name for name in issues})
    for name, placeholders in issues.items():
        async_create_issue(
            hass,
            prefix + name,
            placeholders,
            is_fixable=False,
            learn_more_url=learn_more_url,
            translation_key=translation_key,
        )


@callback
def async_create_issue(
    hass: HomeAssistant,
    issue_id: str,
    placeholders: Mapping[str, str],
    *,
    translation_key: str,
    is_fixable: bool,
    data: dict[str, str | int | float | None] | None = None,
    learn_more_url: str | None = None,
) -> None:
    """Show an issue; whatever its text is filled in with is shown as it is, and no Markdown."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        data=data,
        is_fixable=is_fixable,
        learn_more_url=learn_more_url,
        severity=ir.IssueSeverity.WARNING,
        translation_key=translation_key,
        translation_placeholders={
            name: value if name in _AS_IT_IS else escaped(value)
            for name, value in placeholders.items()
        },
    )
