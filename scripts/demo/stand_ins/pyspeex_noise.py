"""Stands in for pyspeex-noise, which takes noise out of sound."""


class AudioProcessor:
    """Is made for every sentence, typed ones too, and cannot listen."""

    def __init__(self, auto_gain: int, noise_suppression: int) -> None:
        """Take what it is made with."""

    def Process10ms(self, audio: bytes) -> object:  # noqa: N802 - what it stands in for calls it so
        """Say so."""
        raise RuntimeError("the demo cannot listen to a microphone")
