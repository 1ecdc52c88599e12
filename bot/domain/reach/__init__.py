"""Who can the owner of a trust anchor's CA become? The evaluation, as pure functions.

It does not evaluate one request but asks whether there is any request that gets in. The CA's owner chooses the
certificate (subject, issuer, alternative names, serial) and when to come, and shows the same certificate for all three
actions that a session needs; the owner does not choose the trust anchor's ARN and account.

Read in this order
    ``policy_document.py`` makes statements of a trust policy; ``operators.py`` and ``conditions.py`` say whether a
    condition holds in one request, with "can't be known" as a third answer; ``patterns.py`` matches wildcards.
    ``request_keys.py`` says what is known of each condition key, ``attribute_mappings.py`` which certificate fields a
    profile passes on.
    ``texts.py`` finds a text for every way in which a value can meet or miss the patterns that it is compared with,
    ``choices.py`` and ``identity_choices.py`` make of them all requests that differ for the policy.
    ``ways_in.py`` looks for one of these that gets all three actions and that no Deny meets.
    ``verdicts.py`` turns that into a verdict, its reason and the line of the policy behind it; ``account_reach.py``
    does it for every role and profile of an account (``account_facts.py`` reads them).

What is never done: calling a role safe because something in its policy was not understood. A condition on a key whose
value can't be known counts as true where the question is "may it be open?" and as false where it is "is it open?";
when the two answers differ, the verdict is that it is undetermined.
"""
