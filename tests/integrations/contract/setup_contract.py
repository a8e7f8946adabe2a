"""What everybody must do who furnishes a helpdesk. Subclass SetupContract and supply a `stage`."""

from dataclasses import replace
from typing import Protocol

import pytest

from app.domain.errors import KeyRefused, Unavailable
from app.domain.helpdesk_setup import Ail, Parts, Wiring
from app.domain.ports import HelpdeskSetup

FURNISHED = frozenset({"gorgias", "zendesk"})  # kinds that are tested here
SHOP = "first.myshopify.com"
TAG = "make-it-right"


class SetupStage(Protocol):
    """A helpdesk that a test can set up and look into, apart from the adapter."""

    def setup(self) -> HelpdeskSetup: ...
    def stranger(self) -> HelpdeskSetup:
        """Return one whose credentials the helpdesk does not know."""

    def furniture(self) -> list[str]:
        """Return all that is there, whoever made it, each in words that change when it does."""

    def furnish_by_hand(self, wiring: Wiring) -> None:
        """Let the team make things of their own that look as much like ours as things can."""

    def ornament(self, parts: Parts) -> str:
        """Return a part that the team may take away for good, by our name for it."""

    def switch_off(self, number: str) -> None:
        """Switch off what calls us, as the helpdesk does by itself when we do not answer."""

    def take_away(self, name: str, number: str) -> None:
        """Let the team take away a part by the name that we have for it."""

    def calls(self, number: str) -> bool:
        """Return whether what calls us does so."""

    def calls_to_make(self) -> int:
        """Return how many calls that change something an installation needs."""

    def let_fail(self, place: int, kind: str) -> None:
        """Let the call of that place that changes something go wrong, counted from the next one."""


def wiring(connection: str = "t-1", *, shop: str = SHOP, tag: str = TAG) -> Wiring:
    """Return the wiring of one connection; change only what the test is about."""
    hook = f"https://app.example/hooks/some/{connection}"
    return Wiring(shop=shop, hook_url=hook, card_url=f"{hook}/card", secret=f"secret-of-{connection}", tag=tag)


class TaggedStage(SetupStage, Protocol):
    """A helpdesk in which a tag is made before it is used."""

    def use(self, tag: str) -> None:
        """Let the team rely on a tag, so that it cannot be taken away."""


class SetupContract:
    """The side of app.domain.ports.HelpdeskSetup that furnishes."""

    @pytest.fixture
    def stage(self) -> SetupStage:
        raise NotImplementedError

    @pytest.fixture
    def setup(self, stage: SetupStage) -> HelpdeskSetup:
        return stage.setup()

    def test_given_an_account_when_installed_twice_then_it_is_as_if_once(
        self, stage: SetupStage, setup: HelpdeskSetup
    ) -> None:
        parts = setup.install(wiring(), known={})
        made = stage.furniture()

        assert [setup.install(wiring(), known=known) for known in (parts, {})] == [parts] * 2
        assert stage.furniture() == made
        assert parts
        assert setup.ails(known=parts) == frozenset()

    def test_given_what_others_made_when_installed_and_uninstalled_then_it_is_there_to_the_letter(
        self, stage: SetupStage, setup: HelpdeskSetup
    ) -> None:
        stage.furnish_by_hand(wiring())
        before = stage.furniture()

        parts = setup.install(wiring(), known={})
        assert len(stage.furniture()) > len(before)
        assert setup.uninstall(wiring(), known=parts) == {}
        assert stage.furniture() == before

    def test_given_nothing_known_any_more_when_uninstalled_then_all_is_found_and_again_does_no_harm(
        self, stage: SetupStage, setup: HelpdeskSetup
    ) -> None:
        before = stage.furniture()
        setup.install(wiring(), known={})

        for _ in range(2):
            assert setup.uninstall(wiring(), known={}) == {}
            assert stage.furniture() == before

    @pytest.mark.parametrize("kind", ["500_before", "commit_then_drop"])
    def test_given_any_call_goes_wrong_when_installed_again_then_nothing_is_doubled(
        self, stage: SetupStage, setup: HelpdeskSetup, kind: str
    ) -> None:
        setup.uninstall(wiring(), known=setup.install(wiring(), known={}))
        for place in range(stage.calls_to_make()):
            stage.let_fail(place, kind)
            with pytest.raises(Unavailable):
                setup.install(wiring(), known={})
            parts = setup.install(wiring(), known={})
            once = stage.furniture()
            assert setup.install(wiring(), known=parts) == parts
            assert stage.furniture() == once
            assert len(once) == len(set(once))
            setup.uninstall(wiring(), known=parts)

    def test_given_two_stores_at_one_helpdesk_when_one_leaves_then_the_other_keeps_all_it_needs(
        self, stage: SetupStage, setup: HelpdeskSetup
    ) -> None:
        other = wiring("t-2", shop="second.myshopify.com")
        mine, theirs = setup.install(wiring(), known={}), setup.install(other, known={})
        assert not set(_calls(mine).values()) & set(_calls(theirs).values())

        setup.uninstall(wiring(), known=mine)
        assert setup.ails(known=theirs) == frozenset()
        assert setup.install(other, known=theirs) == theirs

    def test_given_our_house_has_moved_when_installed_then_the_same_calls_lead_to_the_new_one(
        self, stage: SetupStage, setup: HelpdeskSetup
    ) -> None:
        parts = setup.install(wiring(), known={})
        new = "https://new.example/hooks/some/t-1"

        moved = replace(wiring(), hook_url=new, card_url=f"{new}/card")
        assert setup.install(moved, known=parts) == parts
        assert any("new.example" in words for words in stage.furniture())
        assert not any("app.example" in words for words in stage.furniture())

    def test_given_another_address_of_ours_when_installed_then_the_same_calls_lead_there(
        self, stage: SetupStage, setup: HelpdeskSetup
    ) -> None:
        parts = setup.install(wiring(), known={})

        assert setup.install(wiring("t-9"), known=parts) == parts
        assert not any("t-1" in words for words in stage.furniture())
        assert setup.uninstall(wiring("t-9"), known={}) == {}

    def test_given_what_calls_us_is_switched_off_when_looked_at_then_it_is_found_and_switched_on(
        self, stage: SetupStage, setup: HelpdeskSetup
    ) -> None:
        parts = setup.install(wiring(), known={})
        number = next(iter(_calls(parts).values()))
        stage.switch_off(number)

        assert setup.ails(known=parts) == {Ail.HOOK_OFF}
        assert setup.install(wiring(), known=parts) == parts
        assert stage.calls(number)

    def test_given_what_calls_us_is_gone_when_looked_at_then_it_is_found_and_made_again(
        self, stage: SetupStage, setup: HelpdeskSetup
    ) -> None:
        parts = setup.install(wiring(), known={})
        name, number = next(iter(_calls(parts).items()))
        stage.take_away(name, number)

        assert setup.ails(known=parts) == {Ail.HOOK_GONE}
        mended = setup.install(wiring(), known=parts)
        assert mended[name] != number
        assert setup.ails(known=mended) == frozenset()

    def test_given_the_field_is_gone_when_looked_at_then_it_is_found_and_brought_back(
        self, stage: SetupStage, setup: HelpdeskSetup
    ) -> None:
        parts = setup.install(wiring(), known={})
        stage.take_away("field", parts["field"])

        assert setup.ails(known=parts) == {Ail.FIELD_GONE}
        assert setup.ails(known=setup.install(wiring(), known=parts)) == frozenset()

    def test_given_an_ornament_that_the_team_took_away_when_installed_again_then_it_stays_away_until_asked_for_anew(
        self, stage: SetupStage, setup: HelpdeskSetup
    ) -> None:
        parts = setup.install(wiring(), known={})
        made = stage.furniture()
        name = stage.ornament(parts)
        stage.take_away(name, parts[name])

        assert setup.ails(known=parts) == frozenset()
        assert setup.install(wiring(), known=parts) == parts
        assert len(stage.furniture()) == len(made) - 1
        setup.install(wiring(), known={})
        assert len(stage.furniture()) == len(made)

    def test_given_a_key_that_is_not_taken_when_looked_at_then_that_is_said(self, stage: SetupStage) -> None:
        stranger = stage.stranger()

        with pytest.raises(KeyRefused):
            stranger.ails(known={})
        with pytest.raises(KeyRefused):
            stranger.install(wiring(), known={})


class TagsContract:
    """What must be done besides where a tag is made before it is used."""

    @pytest.fixture
    def stage(self) -> TaggedStage:
        raise NotImplementedError

    @pytest.fixture
    def setup(self, stage: TaggedStage) -> HelpdeskSetup:
        return stage.setup()

    def test_given_a_tag_of_theirs_with_our_name_when_uninstalled_then_it_stays(
        self, stage: TaggedStage, setup: HelpdeskSetup
    ) -> None:
        stage.use("vip")
        before = stage.furniture()

        setup.uninstall(wiring(tag="vip"), known=setup.install(wiring(tag="vip"), known={}))
        assert stage.furniture() == before

    def test_given_a_tag_of_ours_that_they_rely_on_when_uninstalled_then_it_is_left_and_said_so(
        self, stage: TaggedStage, setup: HelpdeskSetup
    ) -> None:
        parts = setup.install(wiring(), known={})
        stage.use(TAG)

        left = setup.uninstall(wiring(), known=parts)
        assert list(left) == [f"tag:{TAG}"]
        assert any(TAG in words for words in stage.furniture())


def _calls(parts: Parts) -> dict[str, str]:
    return {name: number for name, number in parts.items() if name.startswith("hook:")}
