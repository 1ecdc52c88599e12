"""moto's STS with the two things that the product relies on: SourceIdentity, and roles that must exist."""
