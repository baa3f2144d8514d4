"""The patient's pages: every one works without JavaScript, on an old phone."""
