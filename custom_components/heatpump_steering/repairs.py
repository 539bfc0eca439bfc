"""The issues that Home Assistant shows under Repairs."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .api import Leaf
from .const import DOMAIN, PROJECT_URL, Target
from .entity_ids import async_entity_of
from .ledger import NotKept
from .wording import async_setting_name, async_value_text

NOT_KEPT_PAGE = f"{PROJECT_URL}/blob/main/docs/not-kept.md"


@callback
def async_show_not_kept(
    hass: HomeAssistant,
    user_id: str,
    not_kept: Mapping[Target, Mapping[Leaf, NotKept]],
) -> None:
    """Show an issue for every setting that the cloud did not keep, and close those that are mended."""
    prefix = f"not_kept_{user_id}_"
    shown = {
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and issue_id.startswith(prefix)
    }
    for target, leaves in not_kept.items():
        for leaf, it in leaves.items():
            issue_id = f"{prefix}{target}_{leaf}"
            shown.discard(issue_id)
            entity = async_entity_of(hass, user_id, target, leaf)
            ir.async_create_issue(
                hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                learn_more_url=NOT_KEPT_PAGE,
                severity=ir.IssueSeverity.WARNING,
                translation_key="not_kept",
                translation_placeholders={
                    "setting": async_setting_name(hass, entity.entity_id)
                    if entity
                    else leaf,
                    "wished": async_value_text(hass, leaf, it.wished),
                    "held": async_value_text(hass, leaf, it.held),
                },
            )
    for issue_id in shown:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
