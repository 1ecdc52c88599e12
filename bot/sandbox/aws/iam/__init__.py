"""What moto's IAM lacks or answers more generously than AWS."""
