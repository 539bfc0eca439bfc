"""Stands in for pyspeex-noise, which takes noise out of sound."""


class AudioProcessor:
    """Cannot be used."""

    def __init__(self, auto_gain: int, noise_suppression: int) -> None:
        """Say so."""
        raise RuntimeError("the demo cannot listen to a microphone")
