"""Settings from the environment and the training profiles."""

from config.settings import SETTINGS, Settings, SettingsError, load_settings

__all__ = ["SETTINGS", "Settings", "SettingsError", "load_settings"]
