"""The machine of lives with people who break the glass, and with entries about that which nobody may write."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from bot.domain.case import Request
from bot.domain.code_check import CodeCheck
from bot.domain.events import draft, slack_user
from bot.domain.glass import GlassBroken, glass_key
from bot.domain.investigation import RoundFinished, RoundStarted
from bot.domain.plan import Risk
from bot.service.show_case import CARD_EVENT_TYPE
from bot.service.tell_glass import GLASS_EVENT_TYPE
from tests.fakes.fake_action_aws import FaultKind
from tests.fakes.glass_desk import break_glass, review_glass
from tests.service.life_houses import STAFF, SUSPECT
from tests.service.life_machine import LifeMachine, actions, codes, faults, requests, users

reasons = st.sampled_from(["It burns.", "It burns.", " "])
most = st.sampled_from([True, True, False])
# Mostly those who may, and what can be undone: a walk of refusals proves little.
listed = st.sampled_from(["U1", "U1", "U4", "U5", "U2", "U3", "U6"])
contained = st.sampled_from(["disable_trust_anchor", "disable_trust_anchor", "contain_all", "delete_trust_anchor"])


class LifeWithGlass(LifeMachine):
    """One case over many lives, in houses that let some people break the glass and in others."""

    broken: ClassVar[int] = 0

    @rule()
    def first_round_ends(self) -> None:
        """The guide has asked its first questions, whatever it was answered."""
        seq, until = self._case().detection_seq, self.desk.clock.now()
        begun = draft(RoundStarted(0, seq, "guide", until))
        self.do(self.desk.appended(begun, draft(RoundFinished(0, {}, 1))))

    @rule(user=users, request=requests, reason=reasons, code=codes)
    def break_it(self, user: str, request: str, reason: str, code: CodeCheck | None) -> None:
        """Somebody breaks the glass on the card."""
        self.pressed(break_glass(self.desk, user, request, reason=reason, code=code))

    @rule(user=users, action=actions, reason=reasons, code=codes)
    def ask_and_break_it(self, user: str, action: str, reason: str, code: CodeCheck | None) -> None:
        """Somebody asks and breaks the glass in the same form."""
        self.pressed(self.desk.ask(user, action, read=False, reason=reason, code=code, breaks_glass=True))

    @rule(user=listed, action=contained, fault=st.one_of(st.none(), faults))
    def break_it_alone_and_run(self, user: str, action: str, fault: FaultKind | None) -> None:
        """In the night: somebody asks, one person breaks the glass, and it runs or fails, or may not."""
        request = self._asked_for(action)
        self.pressed(break_glass(self.desk, user, request, code=CodeCheck.RIGHT))
        if fault is not None:
            self.desk.aws.fail("rolesanywhere:DisableTrustAnchor", fault)
        self.do(self.desk.work())

    @rule(user=listed, action=contained, reason=reasons, flaws=st.tuples(most, most, st.booleans()))
    def forge_it_and_run(self, user: str, action: str, reason: str, flaws: tuple[bool, bool, bool]) -> None:
        """Somebody asks, and there is an entry that no rule was asked about."""
        own_plan, proved, on_card = flaws
        request = self._asked_for(action)
        known = self._case().requests.get(request)
        digest = known.digest if known is not None and own_plan else "0" * 64
        rendered = "a card" if on_card else ""
        event = GlassBroken(request, digest, reason, rendered=rendered, at_asking=not on_card, proved=proved)
        self.do(self.desk.appended(draft(event, slack_user(user))))
        self.do(self.desk.work())

    def _asked_for(self, action: str) -> str:
        """A case that was closed is opened, somebody asks for an action, and AWS is read for it."""
        self.pressed(self.desk.reopen("U1"))
        self.pressed(self.desk.ask("U1", action, read=False, code=CodeCheck.RIGHT))
        self.do(self.desk.read_plans())
        return f"R{sum(not one.ladder for one in self._case().requests.values())}"

    @rule(user=users, request=requests, right=st.booleans())
    def review_it(self, user: str, request: str, right: bool) -> None:  # noqa: FBT001 - As in the other machine.
        """Somebody reviews it, or would like to."""
        self.pressed(review_glass(self.desk, user, request, right=right))

    @rule()
    def sleep(self) -> None:
        """It is the next day."""
        self.desk.clock.advance(timedelta(hours=23))

    def _glasses(self) -> list[Request]:
        """The requests that somebody let run alone."""
        return [one for one in self._case().requests.values() if one.glass is not None and not one.ladder]

    @invariant()
    def a_glass_is_reviewed_by_somebody_else(self) -> None:
        """Its point is open until then, and who broke it, who asked and the suspect never reviewed it."""
        points = self._case().followups.points
        for one in self._glasses():
            glass = one.glass
            assert glass is not None
            assert one.risk is Risk.REVERSIBLE
            assert points[glass_key(one.request_id)].is_open == (glass.review is None)
            if glass.review is not None:
                reviewer = glass.review.user_id
                assert reviewer not in {one.by, glass.user_id, SUSPECT}
                assert STAFF[reviewer].approver

    @invariant()
    def a_glass_is_told_at_most_once(self) -> None:
        """Whatever was lost, and however often the process died."""
        keys = [one["metadata"]["event_payload"]["key"] for one in self.desk.slack.standing(GLASS_EVENT_TYPE)]
        assert len(keys) == len(set(keys))

    def _come_to_the_end(self) -> None:
        """Everybody is back and reviews what is left; then everything comes to its end, and every glass was told."""
        self.desk.slack.troubles.clear()
        self.desk.rise()
        self.desk.directory.people = dict(STAFF)
        for one in self._glasses():
            assert one.glass is not None
            reviewer = next(user for user in ("U2", "U3", "U4") if user not in {one.by, one.glass.user_id})
            if one.glass.review is None:
                self.pressed(review_glass(self.desk, reviewer, one.request_id))
        super()._come_to_the_end()
        if self.desk.slack.standing(CARD_EVENT_TYPE):
            assert all(one.glass is not None and one.glass.told for one in self._glasses())
        type(self).broken += len(self._glasses())
