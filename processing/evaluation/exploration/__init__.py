"""The tables and figures that `explore` makes, by what they are about."""
