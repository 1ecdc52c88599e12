"""An AWS account on this machine: moto's server, the two services that moto lacks, and what happened in it."""
