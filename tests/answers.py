"""Two answers side by side."""


def without_number(response):
    """The text of an answer, without the number that every request has for itself."""
    return response.content.decode().replace(response["X-Request-ID"], "")
