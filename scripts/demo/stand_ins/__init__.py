"""Modules in the place of two that are compiled from C++, for the Home Assistant of the demo.

Home Assistant's voice assistant imports them, and the whole frontend stays at "Loading…" without it. They are about
microphones, which the demo has none of; so a machine without a compiler can start it too, and any machine sooner.
"""
