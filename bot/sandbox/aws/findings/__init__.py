"""What GuardDuty and Security Hub say about an account: moto keeps little of it."""
