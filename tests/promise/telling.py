"""Random stories: always the same ones, or with SOAK in the environment new ones each time."""

import os

from hypothesis import HealthCheck, Phase, seed as seeded, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def tell(
    machine: type[RuleBasedStateMachine], *, stories: int, steps: int, seed: int = 0
) -> None:
    """Tell so many stories of so many steps; one that fails is printed as a script of its steps."""
    if "SOAK" not in os.environ:
        machine = seeded(seed)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=stories,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=set(Phase) - {Phase.explain},
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
