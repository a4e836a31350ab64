"""Checks of single settings, with a message that names the setting and shows its value."""

from processing.errors import ConfigError


def check_choice(name: str, value: object, known: tuple[str, ...]) -> None:
    """Refuse a value that is not one of `known` with a ConfigError."""
    if value not in known:
        raise ConfigError(f"{name} is {value!r}; expected one of {', '.join(known)}.")


def check_positive(**values: float) -> None:
    """Refuse numbers that are not above 0 with a ConfigError; the keywords are their names."""
    for name, value in values.items():
        if value <= 0:
            raise ConfigError(f"{name} is {value!r}; expected a number above 0.")
