"""Power cuts in the real process: Home Assistant is killed around changes, and the cloud shows what became of them.

`python -m tests.power_cuts` starts Home Assistant as a program, against the simulator; test_power_cuts.py is a short run.
"""
