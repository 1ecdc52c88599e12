"""Was a trust anchor used, by which certificates, and what was done with the keys that it gave? Pure functions.

Read in this order
    ``sessions.py`` reads the records of CreateSession and groups them by certificate; ``serials.py`` finds the serial
    number in a certificate's bytes; ``leaves.py`` says which certificates the CA's key has signed. ``acts.py`` sorts
    what was done with a key: roles entered, credentials made, secrets read, data shared. ``words.py`` has the lines.
"""
