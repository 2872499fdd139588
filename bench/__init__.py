"""What things cost, measured the same way each time."""
