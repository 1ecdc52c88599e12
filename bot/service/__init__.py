"""Use cases, one verb a file: they decide with the domain and speak through the ports."""
