"""What surrounds every request; settings.MIDDLEWARE gives the order."""
