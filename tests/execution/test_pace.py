"""What is left is estimated by what this machine has shown so far."""

from tools.execution.pace import Pace, clock


def test_before_anything_is_known_the_estimates_hold() -> None:
    assert Pace().seconds(120) == 120


def test_a_machine_of_half_the_speed_takes_twice_as_long() -> None:
    pace = Pace()
    pace.learn(10, 15)
    pace.learn(10, 25)
    assert pace.seconds(100) == 200


def test_clock() -> None:
    assert clock(59.2) == "1 min 0 s"
    assert clock(5) == "5 s"
    assert clock(200) == "3 min 20 s"
    assert clock(7500) == "2 h 5 min"
