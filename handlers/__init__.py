"""Response actions: one file is one action."""
