"""Settings from the environment and the training profiles."""

from pathlib import Path

from config.settings import SETTINGS, Settings, SettingsError, load_settings

__all__ = ["PROFILES", "SETTINGS", "Settings", "SettingsError", "load_settings"]

PROFILES = Path(__file__).parent / "profiles"
