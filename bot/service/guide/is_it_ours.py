"""Is the CA ours: its keys in the inventory and in earlier cases, what its owners say, and what its names claim."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from bot.domain.answer import Answer, Question, Sign, Standing, answered
from bot.domain.ca_facts import Certificate
from bot.domain.ca_inventory import Approval, KeyApproval, keys_of
from bot.domain.house import ApprovedCa, House
from bot.domain.ownership import OWNERS_QUESTION, owners_answer
from bot.domain.pki_names import organizations, providers_named, units
from bot.domain.visible_text import quoted
from bot.service.guide.earlier_decisions import EARLIER, earlier_decisions
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.the_ca import TheCa, the_ca

_NAME = 80
_MOST_LINES = 10
_MOST_NAMES = 3
_MOST_OWN = 10

_INVENTORY = Question("ca_inventory", ("71", "74"), "Does somebody answer for every key of the CA?")
_OWNERS = Question(OWNERS_QUESTION, ("73", "83"), "What do the CA's owners say?")
_ORGANIZATION = Question("ca_organization", ("49",), "Which organization do its names claim?")
_PROVIDER = Question("ca_provider", ("82",), "Which provider do its names hint at?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    ca = await the_ca(inquiry)
    yield await earlier_decisions(inquiry, ca.keys)
    yield _inventory(inquiry, ca, await inquiry.sources.inventory())
    yield owners_answer(inquiry.case)
    yield _organization(ca, inquiry.sources.house)
    yield _provider(ca)


def _inventory(inquiry: Inquiry, ca: TheCa, inventory: Sequence[ApprovedCa]) -> Answer:
    none = ca.without_certificates(_INVENTORY.id)
    if none is not None:
        return none
    target = inquiry.case.target
    changed = _changed(ca)
    if not inventory:
        why = "Nobody has told Anchorwatch which CAs are approved here."
        return Answer(_INVENTORY.id, Standing.COULD_NOT_CHECK, why, signs=changed, facts={"changed": ca.has_changed})
    found = keys_of(ca.keys, inventory, target.account, target.region, inquiry.now.date())
    by_key = {one.spki_sha256: one for one in found}
    lines = tuple(_line(one, by_key[one.spki_sha256]) for one in ca.certificates[:_MOST_LINES])
    sign = _judged(found, ca, by_key)
    facts = {
        "approvals": {one.spki_sha256: one.approval.name.lower() for one in found},
        "approved": sign.code == "ca_approved",
        "own_approvals": _own(ca, inventory),
        "changed": ca.has_changed,
    }
    sentence = sign.sentence + "".join(_asides(found, ca))
    return answered(
        _INVENTORY.id,
        sentence,
        lines=lines,
        signs=(sign, *changed),
        not_checked=ca.not_checked,
        facts=facts,
        people=_approvers(found),
    )


def _own(ca: TheCa, inventory: Sequence[ApprovedCa]) -> list[dict[str, str]]:
    """The approvals of our own for any of its keys, also for other places and ended ones: each can be removed."""
    own = {one.entry_id: one for one in inventory if one.entry_id and one.spki_sha256 in ca.keys}
    return [{"entry_id": entry_id, "ends": str(one.ends)} for entry_id, one in list(own.items())[:_MOST_OWN]]


def _changed(ca: TheCa) -> tuple[Sign, ...]:
    if not ca.has_changed:
        return ()
    return (Sign("ca_changed", "AWS has other keys in the trust anchor now than the report shows."),)


def _judged(found: Sequence[KeyApproval], ca: TheCa, by_key: Mapping[str, KeyApproval]) -> Sign:
    """One sign for the whole bundle: each of its certificates can let somebody in, so its worst key counts."""
    here = [one for one in found if one.is_here]
    worst = max((one.approval for one in found), key=list(Approval).index)
    if len(here) == len(found) and not ca.unreadable:
        return Sign("ca_approved", f"Every key of the CA is approved here: {_who(here)}.", _approvers(found))
    if len(here) == len(found):
        sentence = (
            f"The keys that can be read are approved here, but {ca.unreadable} of the certificates can't be read."
        )
        return Sign("ca_partly_approved", sentence)
    if here:
        return _mixed(len(found) - len(here), len(found), here, ca, by_key)
    sentences = {
        Approval.UNKNOWN: Sign("ca_unknown", "A key of the CA is not in the inventory of approved CAs."),
        Approval.ELSEWHERE: Sign("ca_approved_elsewhere", f"The CA is approved for other places only: {_who(found)}."),
        Approval.ENDED: Sign("ca_approval_ended", f"The CA was approved here, but that has ended: {_who(found)}."),
    }
    return sentences[worst]


def _mixed(strange: int, total: int, here: Sequence[KeyApproval], ca: TheCa, by_key: Mapping[str, KeyApproval]) -> Sign:
    words = f"{strange} of {total} keys of the CA {'is' if strange == 1 else 'are'} not approved here"
    if _is_vouched_for(ca, by_key):
        sentence = f"{words}; each was signed by one that is: {_who(here)}."
        return Sign("ca_partly_approved", sentence)
    return Sign("unknown_key_among_approved", f"{words}, beside approved ones: {_who(here)}. Ask who added it.")


def _is_vouched_for(ca: TheCa, by_key: Mapping[str, KeyApproval]) -> bool:
    """Whether an approved key of the same bundle signed each certificate whose key is not approved."""
    by_sha = {one.sha256: one for one in ca.certificates}

    def vouched(one: Certificate) -> bool:
        issuer = by_sha.get(one.issuer_sha256 or "")
        return one.issuer_checked is True and issuer is not None and by_key[issuer.spki_sha256].is_here

    return all(by_key[one.spki_sha256].is_here or vouched(one) for one in ca.certificates)


def _who(found: Sequence[KeyApproval]) -> str:
    entries = {(one.entry.name, one.entry.owner): one.entry for one in found if one.entry}
    words = [
        f"{quoted(one.name[:_NAME])}, {one.owner[:_NAME]} answers for it{_approved_in(one)}" for one in entries.values()
    ]
    more = f" and {len(words) - _MOST_NAMES} more" if len(words) > _MOST_NAMES else ""
    return "; ".join(words[:_MOST_NAMES]) + more


def _approved_in(entry: ApprovedCa) -> str:
    if entry.case_id is None or entry.approved_at is None:
        return ""
    return f", approved on {entry.approved_at:%Y-%m-%d %H:%M} UTC in case {entry.case_id}"


def _approvers(found: Sequence[KeyApproval]) -> tuple[str, ...]:
    """Who approved it in Slack, each once."""
    return tuple(dict.fromkeys(user_id for one in found if one.entry for user_id in one.entry.approved_by))


def _asides(found: Sequence[KeyApproval], ca: TheCa) -> Iterator[str]:
    ends = [one.entry.ends for one in found if one.entry and one.entry.ends and one.approval is Approval.ENDS_SOON]
    if ends:
        yield f" The approval ends on {min(ends)}."
    if ca.has_changed:
        yield " AWS has other keys now than the report shows: both are counted."


def _line(certificate: Certificate, approval: KeyApproval) -> str:
    ticket = f", {approval.entry.ticket}" if approval.entry and approval.entry.ticket else ""
    return f"{certificate.subject[:_NAME]}: {approval.approval.value}{ticket}"


def _organization(ca: TheCa, house: House) -> Answer:
    none = ca.without_certificates(_ORGANIZATION.id)
    if none is not None:
        return none
    named, parts = organizations(ca.certificates), units(ca.certificates)
    facts = {"organizations": list(named[:_MOST_LINES]), "units": list(parts[:_MOST_LINES])}
    if not named and not parts:
        return answered(_ORGANIZATION.id, "Its names state no organization.", facts=facts)
    said = "; ".join(
        f"{what} {', '.join(quoted(one[:_NAME]) for one in values[:_MOST_NAMES])}"
        for what, values in (("organization", named), ("unit", parts))
        if values
    )
    return answered(
        _ORGANIZATION.id, f"Its names say {said}{_compared(named, house)}", facts={**facts, **_ours(named, house)}
    )


def _ours(named: Sequence[str], house: House) -> dict[str, object]:
    ours = {one.casefold() for one in house.organization_names}
    return {"ours": any(one.strip().casefold() in ours for one in named)} if ours else {}


def _compared(named: Sequence[str], house: House) -> str:
    ours = _ours(named, house).get("ours")
    if ours is None:
        return ". Nobody has told Anchorwatch what you call yourselves."
    return ": one is yours. Whoever makes a CA chooses its names." if ours else ": none of them is yours."


def _provider(ca: TheCa) -> Answer:
    none = ca.without_certificates(_PROVIDER.id)
    if none is not None:
        return none
    by_key = sorted({name for one in ca.certificates for name in (one.public_root, one.public_issuer) if name})
    named = providers_named(ca.certificates)
    facts = {"named": list(named), "public_by_key": by_key}
    if by_key:
        return answered(_PROVIDER.id, f"By its key it is of a public web CA: {', '.join(by_key)}.", facts=facts)
    if not named:
        return answered(_PROVIDER.id, "Its names hint at no provider that is known here.", facts=facts)
    return answered(
        _PROVIDER.id, f"Its names hint at {', '.join(named)}: unproven, anybody can choose them.", facts=facts
    )


STEP = Step(
    id="is_it_ours",
    title="Is the CA ours",
    questions=(_INVENTORY, _OWNERS, _ORGANIZATION, _PROVIDER, EARLIER),
    permissions=("rolesanywhere:ListTrustAnchors",),
    ask=_ask,
)
