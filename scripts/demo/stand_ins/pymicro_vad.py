"""Stands in for pymicro-vad, which finds speech in sound."""


class MicroVad:
    """Is made for every sentence, typed ones too, and cannot listen."""

    def Process10ms(self, audio: bytes) -> float:  # noqa: N802 - what it stands in for calls it so
        """Say so."""
        raise RuntimeError("the demo cannot listen to a microphone")
