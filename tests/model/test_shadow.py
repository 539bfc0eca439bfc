"""What a read means for what was accepted: with numbers and seconds alone, and no clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.heatpump_steering.api import (
    ControlMode,
    ReportedSettings,
    Setting,
    Settings,
)
from custom_components.heatpump_steering.model.accepted import GRACE
from custom_components.heatpump_steering.model.overrides import Overrides
from custom_components.heatpump_steering.model.shadow import (
    LONGEST_STEP_BACK,
    ChangedElsewhere,
    DeviceShadow,
    NotKept,
    Outcome,
    Status,
)

SERVER_TIME = datetime(2026, 4, 17, 9, 0, tzinfo=UTC)


@dataclass
class Story:
    """A shadow, with a counter and a clock of the test's own."""

    shadow: DeviceShadow = field(default_factory=DeviceShadow)
    number: int = 0
    now: float = 1000.0

    @property
    def status(self) -> Status:
        """Return how the settings stand with the cloud by now."""
        return self.shadow.status(self.now)

    def next_number(self) -> int:
        """Return the next place in the order of reads and writes."""
        self.number += 1
        return self.number

    def read(
        self,
        *,
        number: int | None = None,
        updated: float | None = -60,
        **values: float | bool | str | ControlMode,
    ) -> Outcome:
        """Read these settings; `updated` is when they were last changed, in seconds after the server's 204."""
        updated_at = (
            None if updated is None else SERVER_TIME + timedelta(seconds=updated)
        )
        settings = Settings.of({Setting(name): value for name, value in values.items()})
        return self.shadow.read(
            ReportedSettings(settings, updated_at),
            number=self.next_number() if number is None else number,
            now=self.now,
        )

    def send(self, **values: float | bool) -> Settings:
        """Send a change, whose outcome is not known yet."""
        change = Settings.of({Setting(name): value for name, value in values.items()})
        self.shadow.send(change, now=self.now, by_hand=True)
        return change

    def accept(
        self,
        *,
        readable: bool = True,
        resent: bool = False,
        server_time: datetime | None = SERVER_TIME,
        took: float = 0,
        **values: float | bool,
    ) -> None:
        """Send a change, and have it accepted; `took` is how many seconds that took."""
        self.shadow.accept(
            self.send(**values),
            number=self.next_number(),
            now=self.now,
            began=server_time and server_time - timedelta(seconds=took),
            accepted_at=server_time,
            readable=readable,
            resent=resent,
        )

    @property
    def preferred(self) -> float | None:
        """What is shown as the preferred temperature."""
        return self.shadow.shown.preferred_temperature


@pytest.fixture
def story() -> Story:
    """Start with 21 °C reported, and confirmed."""
    story = Story()
    assert story.read(preferred_temperature=21.0, schedule=False) == Outcome()
    assert story.status is Status.CONFIRMED
    return story


def test_place_is_never_shown(story: Story) -> None:
    """Where the home is, the cloud takes and does not show: if it does all the same, that is no setting of the heat pump."""
    story.read(updated=-30, preferred_temperature=22.0, country="NL")
    assert story.shadow.shown == Settings(preferred_temperature=22.0)
    assert story.shadow.overrides.base.country is None


def elsewhere(old: float, new: float) -> tuple[ChangedElsewhere, ...]:
    """Return what is told of a change of the preferred temperature that was not ours."""
    return (ChangedElsewhere(Setting.PREFERRED_TEMPERATURE, old, new),)


def test_accepted_is_shown_at_once(story: Story) -> None:
    """What the cloud has accepted is shown before any read; what is on its way is not."""
    story.send(preferred_temperature=18.0)
    assert story.preferred == 21
    story.accept(preferred_temperature=19.0)
    assert story.preferred == 19
    assert story.shadow.accepted == Settings(preferred_temperature=19.0)


def test_waiting_for_long(story: Story) -> None:
    """It is said to wait once it has done so for half a minute, and on through being sent again."""
    story.accept(preferred_temperature=19.0)
    for _ in range(2):
        assert story.shadow.status(story.now) is Status.CONFIRMED
        story.now += 15
    assert story.shadow.status(story.now) is Status.WAITING
    story.accept(preferred_temperature=19.0, resent=True)
    assert story.shadow.status(story.now) is Status.WAITING
    # Another wish has a time of its own.
    story.accept(preferred_temperature=20.0)
    assert story.shadow.status(story.now) is Status.CONFIRMED
    story.now += 30
    assert story.shadow.status(story.now) is Status.WAITING
    story.read(preferred_temperature=20.0)
    assert story.shadow.status(story.now) is Status.CONFIRMED


@pytest.mark.parametrize("value", [19.0, 19.04, 18.96])
def test_confirmed(story: Story, value: float) -> None:
    """The accepted value, but for rounding, confirms it; the cloud's digits are shown from then on."""
    story.accept(preferred_temperature=19.0)
    assert story.read(preferred_temperature=value) == Outcome()
    assert story.status is Status.CONFIRMED
    assert story.shadow.accepted == Settings()
    assert story.preferred == value


def test_old_value_is_waited_out(story: Story) -> None:
    """The value from before is an old read, until the grace time ends."""
    story.accept(preferred_temperature=19.0)
    for _ in range(5):
        story.now += GRACE / 6
        assert story.read(preferred_temperature=21.0) == Outcome()
        assert story.preferred == 19
        assert story.shadow.waiting


def test_copy_from_before(story: Story) -> None:
    """A read from before one that was seen says nothing, until that has gone on for so long that the clock was put back."""
    story.read(updated=100, preferred_temperature=20.0)
    story.now += LONGEST_STEP_BACK
    for pause in (0, 1, LONGEST_STEP_BACK - 2):
        story.now += pause
        assert story.read(updated=50, preferred_temperature=21.0) == Outcome()
        assert story.preferred == 20
    # One that is not from before begins the count anew.
    story.read(updated=100, preferred_temperature=20.0)
    story.now += 2
    story.read(updated=50, preferred_temperature=21.0)
    story.now += LONGEST_STEP_BACK - 1
    story.read(updated=50, preferred_temperature=21.0)
    assert story.preferred == 20
    story.now += 1
    for value in (21.0, 22.0):
        outcome = story.read(updated=50, preferred_temperature=value)
        assert outcome.changed_elsewhere == elsewhere(value - 1, value)


def test_values_on_the_way_are_old_too(story: Story) -> None:
    """A value that we sent earlier on the way is an old read as well."""
    for value in (20.0, 19.0, 18.0):
        story.accept(preferred_temperature=value)
    for value in (21.0, 20.0, 19.0, 20.0):
        assert story.read(preferred_temperature=value) == Outcome()
        assert story.preferred == 18
    story.read(preferred_temperature=18.0)
    assert not story.shadow.waiting


def test_value_of_unknown_outcome_is_ours(story: Story) -> None:
    """A change that was sent and not answered may show up: it was not somebody else."""
    story.send(preferred_temperature=20.0)
    assert story.read(preferred_temperature=20.0) == Outcome()
    assert story.preferred == 20
    story.accept(preferred_temperature=19.0)
    assert story.read(preferred_temperature=20.0) == Outcome()
    assert story.preferred == 19


def test_value_of_unknown_outcome_shows_up_late(story: Story) -> None:
    """The first read after a long outage may show it; reads that lag may do so for a while."""
    story.send(preferred_temperature=20.0)
    story.now += 10 * GRACE
    assert story.read(preferred_temperature=20.0) == Outcome()

    story.send(preferred_temperature=18.0)
    story.now += GRACE - 1
    assert story.read(preferred_temperature=20.0) == Outcome()
    assert story.read(preferred_temperature=18.0) == Outcome()
    assert story.preferred == 18


def test_value_of_unknown_outcome_is_not_ours_for_ever(story: Story) -> None:
    """What a read after the grace time does not show was not made; who sets it later is somebody else."""
    story.send(preferred_temperature=20.0)
    story.now += GRACE
    assert story.read(preferred_temperature=21.0) == Outcome()
    outcome = story.read(preferred_temperature=20.0)
    assert outcome.changed_elsewhere == elsewhere(21.0, 20.0)


def test_many_attempts_of_unknown_outcome(story: Story) -> None:
    """One attempt that certainly failed does not make those before it certain."""
    for _ in range(5):
        change = story.send(preferred_temperature=20.0)
    story.shadow.not_sent(change)
    assert story.read(preferred_temperature=20.0) == Outcome()


def test_refused_value_is_not_ours(story: Story) -> None:
    """A change that was certainly not applied is somebody else's if it shows up."""
    story.shadow.not_sent(story.send(preferred_temperature=20.0))
    outcome = story.read(preferred_temperature=20.0)
    assert outcome.changed_elsewhere == elsewhere(21.0, 20.0)


def test_refusing_what_was_never_sent(story: Story) -> None:
    """It changes nothing."""
    story.shadow.not_sent(Settings(preferred_temperature=20.0))
    assert story.preferred == 21


def test_another_value_is_believed_at_once(story: Story) -> None:
    """Any third value is somebody else's, or the cloud's own; only before ours was confirmed it may be the latter."""
    story.accept(preferred_temperature=19.0)
    outcome = story.read(preferred_temperature=23.0)
    assert outcome.changed_elsewhere == elsewhere(19.0, 23.0)
    assert story.preferred == 23
    assert not story.shadow.waiting

    story.accept(preferred_temperature=19.0)
    assert story.read(preferred_temperature=19.0) == Outcome()
    outcome = story.read(preferred_temperature=24.0)
    assert outcome.changed_elsewhere == elsewhere(19.0, 24.0)


def test_changed_elsewhere(story: Story) -> None:
    """What changes without us is told once, with both values; what appears or vanishes is no change."""
    assert story.read(
        preferred_temperature=22.0, schedule=False
    ).changed_elsewhere == elsewhere(21.0, 22.0)
    assert story.read(preferred_temperature=22.0, hot_water_max=55.0) == Outcome()
    assert story.read(preferred_temperature=22.0) == Outcome()
    assert story.shadow.shown == Settings(preferred_temperature=22.0)


def test_first_read_tells_of_nothing() -> None:
    """What was accepted before the first read is not changed elsewhere by it."""
    story = Story()
    story.shadow.restore(Settings(preferred_temperature=19.0))
    assert story.read(preferred_temperature=22.0).changed_elsewhere == ()
    assert story.preferred == 22


def test_read_that_began_before_the_write(story: Story) -> None:
    """It says nothing about what was written, and all about the rest."""
    number = story.next_number()
    story.accept(preferred_temperature=19.0)
    outcome = story.read(number=number, preferred_temperature=23.0, schedule=True)
    assert story.preferred == 19
    assert [it.setting for it in outcome.changed_elsewhere] == [Setting.SCHEDULE]
    assert story.shadow.shown.schedule is True


def test_reads_that_overtake_each_other(story: Story) -> None:
    """An older read that arrives later is passed over."""
    older, newer = story.next_number(), story.next_number()
    story.read(number=newer, preferred_temperature=22.0)
    assert story.read(number=older, preferred_temperature=23.0) == Outcome()
    assert story.preferred == 22


def test_vanished_while_not_kept(story: Story) -> None:
    """A setting that is no longer told can be neither kept nor not."""
    story.accept(preferred_temperature=19.0)
    story.now += GRACE
    story.read(schedule=False)
    assert story.status is Status.CONFIRMED
    assert story.preferred == 19


def test_there_and_back_again(story: Story) -> None:
    """Back at the value from before, a read may be of then, with the one on the way still to come."""
    story.accept(preferred_temperature=19.0)
    story.accept(preferred_temperature=21.0)
    assert story.read(preferred_temperature=21.0) == Outcome()
    assert story.read(preferred_temperature=19.0) == Outcome()
    assert story.preferred == 21
    story.now += GRACE
    story.read(preferred_temperature=21.0)
    assert story.shadow.accepted == Settings()


def test_leaf_that_the_cloud_does_not_report(story: Story) -> None:
    """What can't be read back is waited for no longer than the grace time, and goes on being shown."""
    story.accept(hot_water_max=60.0)
    story.read(preferred_temperature=21.0)
    assert story.shadow.waiting
    story.now += GRACE
    story.read(preferred_temperature=21.0)
    assert story.status is Status.CONFIRMED
    assert story.shadow.shown.hot_water_max == 60
    outcome = story.read(hot_water_max=58.0)
    assert story.shadow.shown.hot_water_max == 58
    assert [it.setting for it in outcome.changed_elsewhere] == [Setting.HOT_WATER_MAX]


def test_write_only() -> None:
    """Where nothing can be read, what was accepted is all there is, and nothing is waited for."""
    story = Story()
    story.shadow.restore(Settings(hot_water_max=60.0))
    story.accept(readable=False, flex_trading=True)
    assert story.status is Status.CONFIRMED
    assert story.shadow.shown == Settings(
        hot_water_max=60.0,
        flex_trading=True,
        dynamic_tariff=False,
        pv_self_consumption=False,
    )


def test_implied_changes_are_ours(story: Story) -> None:
    """What the cloud switches off along with a change is accepted with it."""
    story.read(flex_trading=False, dynamic_tariff=True, pv_self_consumption=True)
    story.accept(flex_trading=True)
    assert story.shadow.shown.dynamic_tariff is False
    outcome = story.read(
        flex_trading=True, dynamic_tariff=False, pv_self_consumption=False
    )
    assert outcome == Outcome()
    assert not story.shadow.waiting


def test_sent_again(story: Story) -> None:
    """A value that is not kept is sent again twice, then given up."""
    story.accept(preferred_temperature=19.0)
    for _ in range(2):
        story.now += GRACE
        outcome = story.read(preferred_temperature=21.0)
        assert outcome.to_resend == Settings(preferred_temperature=19.0)
        assert story.preferred == 19
        # While it is on its way again, nothing more is asked for.
        assert story.read(preferred_temperature=21.0).to_resend == Settings()
        story.accept(preferred_temperature=19.0, resent=True)
    story.now += GRACE
    assert story.read(preferred_temperature=21.0) == Outcome()
    assert story.preferred == 21
    assert story.status is Status.NOT_KEPT
    assert story.shadow.not_kept == {Setting.PREFERRED_TEMPERATURE: NotKept(19.0, 21.0)}


def test_kept_the_second_time(story: Story) -> None:
    """Sending again may help."""
    story.accept(preferred_temperature=19.0)
    story.now += GRACE
    story.read(preferred_temperature=21.0)
    story.accept(preferred_temperature=19.0, resent=True)
    assert story.read(preferred_temperature=19.0) == Outcome()
    assert story.status is Status.CONFIRMED


@pytest.mark.parametrize(
    ("updated", "server_time", "sent_again"),
    [
        (-60, SERVER_TIME, True),
        (0, SERVER_TIME, True),
        # A Date header has no fractions of a second.
        (0.9, SERVER_TIME, True),
        (2, SERVER_TIME, False),
        (None, SERVER_TIME, False),
        (-60, None, False),
    ],
)
def test_nobody_is_fought(
    story: Story,
    updated: float | None,
    server_time: datetime | None,
    sent_again: bool,
) -> None:
    """It is sent again only where nobody can have set it back since."""
    story.accept(preferred_temperature=19.0, server_time=server_time)
    story.now += GRACE
    outcome = story.read(preferred_temperature=21.0, updated=updated)
    assert bool(outcome.to_resend) is sent_again
    assert story.preferred == (19 if sent_again else 21)


@pytest.mark.parametrize(("updated", "sent_again"), [(-60, True), (-4, False)])
def test_set_back_before_the_answer(
    story: Story, updated: float, sent_again: bool
) -> None:
    """Where the answer takes its time, somebody may have set it back before it came."""
    story.accept(preferred_temperature=19.0, took=8)
    story.now += GRACE
    outcome = story.read(preferred_temperature=21.0, updated=updated)
    assert bool(outcome.to_resend) is sent_again


@pytest.mark.parametrize(
    ("updated", "shown"), [(-1, 19), (0.9, 19), (None, 19), (2, 24)]
)
def test_what_a_read_before_the_write_teaches(
    story: Story, updated: float | None, shown: float
) -> None:
    """What somebody else set just before our change is old, too, when a read that overlapped it has shown it."""
    number = story.next_number()
    story.accept(preferred_temperature=19.0)
    story.read(number=number, preferred_temperature=24.0, updated=updated)
    assert story.preferred == 19
    story.read(preferred_temperature=24.0, updated=updated)
    assert story.preferred == shown


@pytest.mark.parametrize("updated", [2, None])
def test_set_back_or_not_kept(story: Story, updated: float | None) -> None:
    """Changed since is somebody's doing and no trouble; where nobody can tell, it was not kept."""
    story.accept(preferred_temperature=19.0)
    story.now += GRACE
    outcome = story.read(preferred_temperature=21.0, updated=updated)
    if updated is None:
        assert outcome.changed_elsewhere == ()
        assert story.status is Status.NOT_KEPT
    else:
        assert outcome.changed_elsewhere == elsewhere(19.0, 21.0)
        assert story.status is Status.CONFIRMED


def test_given_up(story: Story) -> None:
    """What could not be sent again is not kept; what was never accepted is nothing to give up."""
    story.accept(preferred_temperature=19.0)
    story.shadow.give_up(Settings(preferred_temperature=19.0, schedule=True))
    assert story.preferred == 21
    assert story.shadow.not_kept == {Setting.PREFERRED_TEMPERATURE: NotKept(19.0, 21.0)}


@pytest.mark.parametrize("end", ["another value", "another wish", "the same value"])
def test_end_of_not_kept(story: Story, end: str) -> None:
    """It ends when the cloud holds something else, or somebody wishes for something else."""
    story.accept(preferred_temperature=19.0)
    story.shadow.give_up(Settings(preferred_temperature=19.0))
    match end:
        case "another value":
            story.read(preferred_temperature=19.0)
        case "another wish":
            story.accept(preferred_temperature=20.0)
        case _:
            story.read(preferred_temperature=21.02)
    assert bool(story.shadow.not_kept) is (end == "the same value")


VALUES = st.sampled_from([18.0, 19.0, 20.0, 21.0])


@given(
    st.lists(VALUES, min_size=1, max_size=4),
    st.lists(st.integers(0, 3), max_size=6),
)
def test_a_slow_cloud_is_seen_through(wishes: list[float], lags: list[int]) -> None:
    """However old the reads of a slow cloud are, the last accepted value is shown, and nobody is blamed."""
    story = Story()
    story.read(preferred_temperature=21.0)
    history = [21.0]
    for wish in wishes:
        story.accept(preferred_temperature=wish)
        history.append(wish)
    for lag in lags:
        story.now += 1
        value = history[max(0, len(history) - 1 - lag)]
        assert story.read(preferred_temperature=value).to_resend == Settings()
        if value == wishes[-1] and not story.shadow.waiting:
            break
        assert story.preferred == wishes[-1]
    story.now += GRACE
    story.read(preferred_temperature=wishes[-1])
    assert story.preferred == wishes[-1]
    assert story.status is Status.CONFIRMED


def test_older_copy_says_nothing(story: Story) -> None:
    """A read from before one that was seen changes nothing, for an hour; then the cloud itself has gone back."""
    story.read(updated=0, preferred_temperature=22.0)
    for _ in range(3):
        story.now += 1000
        assert story.read(updated=-60, preferred_temperature=21.0) == Outcome()
        assert story.preferred == 22
    story.now += 3600
    assert story.read(updated=-60, preferred_temperature=21.0).changed_elsewhere == (
        elsewhere(22, 21)
    )
    assert story.preferred == 21


def test_clock_that_is_put_back(story: Story) -> None:
    """A change that is accepted before the last one that was seen, by the cloud's clock, shows that this was put back."""
    story.read(updated=7200, preferred_temperature=22.0)
    story.accept(preferred_temperature=23.0)
    assert story.read(updated=1, preferred_temperature=23.0) == Outcome()
    assert story.status is Status.CONFIRMED
    story.read(updated=300, preferred_temperature=19.0)
    assert story.preferred == 19


def test_older_copy_at_a_start() -> None:
    """It is shown for want of anything else, and decides nothing."""
    story = Story()
    story.shadow.updated_at = SERVER_TIME
    story.shadow.overrides = Overrides(base=Settings(preferred_temperature=21.0))
    story.read(updated=-60, preferred_temperature=19.0)
    assert story.preferred == 19
    assert story.shadow.overrides.base.preferred_temperature == 21
    story.read(updated=0, preferred_temperature=22.0)
    assert story.preferred == 22
    assert story.shadow.overrides.base.preferred_temperature == 22
