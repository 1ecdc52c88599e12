"""What a role may do, as far as its own policies tell.

``policy_lines.py`` reads permission policies into lines; ``permissions.py`` puts the lines of a role, of its
permissions boundary and of a profile's session policies together and names what of it is dangerous;
``role_details.py`` finds all of these in what IAM answers, ``trusted_accounts.py`` whom else a trust policy names,
``who_may.py`` who of all roles and users may make one call.

Two mistakes are kept apart. What takes away counts only when it is sure: a Deny with a condition takes nothing away,
and a boundary's Allow counts as open whatever its resources and conditions. So nothing dangerous is overlooked for a
line that might not apply. What gives with a condition is named too, and said to have one.
"""
