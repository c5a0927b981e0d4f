"""Build hook: an editable install reads the data folders from the checkout, so it must not copy them.

Without this, hatchling leaves static copies in site-packages that nobody reads and that outlive an uninstall.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EditableWithoutCopies(BuildHookInterface):  # type: ignore[type-arg]
    """Drop the forced data folders from every build that is not a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Clear force-include for editable builds; leave standard wheels as configured."""
        if version != "standard":
            build_data["force_include_editable"] = {}
            self.build_config.target_config["force-include"] = {}
