"""What Twilio calls: voice documents, hold documents, status callbacks; and the health pages."""
