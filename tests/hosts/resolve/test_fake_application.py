"""The fake's application: versions, editions, handles, and what a script is caught at."""

from __future__ import annotations

import pytest

from tests.hosts.resolve import SWITCHES, WAYS, Behaviour, FakeResolve, editions


@pytest.mark.parametrize("behaviour", [pytest.param(behaviour, id=name) for name, behaviour in editions()])
def test_every_edition_starts_with_the_users_timeline_open(behaviour: Behaviour) -> None:
    fake = FakeResolve(behaviour)
    timeline = fake.handle.GetProjectManager().GetCurrentProject().GetCurrentTimeline()
    assert (timeline.GetName(), timeline.GetStartFrame()) == ("scene_04", 86400)
    assert [item.GetDuration() for item in timeline.GetItemListInTrack("video", 1)] == [100]
    assert fake.misuse == []


@pytest.mark.parametrize("switch", [pytest.param(switch, id=switch.name) for switch in (*WAYS, *SWITCHES)])
def test_every_switch_makes_a_resolve(switch: object) -> None:
    assert FakeResolve(switch.behaviour()).snapshot() is not None  # type: ignore[attr-defined]
