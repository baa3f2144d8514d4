"""The staff's doors: sign-in, the review queue and its items, health, and the demo's mailbox."""
