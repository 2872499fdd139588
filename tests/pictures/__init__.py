"""`make screenshots`: a picture of every page, light and dark, from a running demo."""
