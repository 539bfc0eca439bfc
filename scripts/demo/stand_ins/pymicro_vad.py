"""Stands in for pymicro-vad, which finds speech in sound."""


class MicroVad:
    """Cannot be used."""

    def __init__(self) -> None:
        """Say so."""
        raise RuntimeError("the demo cannot listen to a microphone")
