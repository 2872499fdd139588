"""What the product knows. No web server and no queue live in here."""
