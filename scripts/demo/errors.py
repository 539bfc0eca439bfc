"""What can go wrong, told so that somebody can do something about it."""


class DemoError(Exception):
    """Something that ends the demo. Says what it is, and what to do about it."""

    def __init__(self, what: str, advice: str = "") -> None:
        """Keep both sentences."""
        super().__init__(what)
        self.what = what
        self.advice = advice
