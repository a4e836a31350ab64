"""Tables and figures about a data set, before any model sees it."""
