"""One outside system a file; foreign errors are translated here."""
