"""What a soak counts: how often something was tried, and what became of it."""

from dataclasses import dataclass, field

OUTCOMES = ("refused", "survived", "lost", "wrong", "broken")
BAD = ("lost", "wrong", "broken")
SHOWN = 3


@dataclass
class Tally:
    """How often something was tried and refused in one clear line, survived, lost or wrong.

    `broken` is what nobody should see: a traceback, a status 500, an answer that comes too late.
    """

    name: str
    refused: int = 0
    survived: int = 0
    lost: int = 0
    wrong: int = 0
    broken: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """All of them."""
        return sum(getattr(self, outcome) for outcome in OUTCOMES)

    @property
    def is_good(self) -> bool:
        """Whether something was tried, and nothing was lost, wrong or broken."""
        return self.tried > 0 and not any(getattr(self, outcome) for outcome in BAD)

    def note(self, outcome: str, example: object = "") -> None:
        """Count one; of those that should not be, keep the first examples."""
        setattr(self, outcome, getattr(self, outcome) + 1)
        if outcome in BAD and len(self.examples) < SHOWN:
            self.examples.append(f"{outcome}: {example}")


def table(tallies: list[Tally]) -> str:
    """The counts as lines of text, with examples of what should not be."""
    head = f"{'':34}" + "".join(f"{name:>10}" for name in ("tried", *OUTCOMES))
    rows = [
        f"{each.name:34}" + "".join(f"{getattr(each, name):>10,}" for name in ("tried", *OUTCOMES))
        for each in tallies
    ]
    examples = [f"{each.name}: {example}" for each in tallies for example in each.examples]
    return "\n".join([head, *rows, *examples])
