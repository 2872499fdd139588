"""Everything that knows Twilio: its forms, its signatures, its TwiML and its REST API."""
