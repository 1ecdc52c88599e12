"""Pure rules: no I/O, no async, no clock, standard library only."""
