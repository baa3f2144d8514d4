"""An authenticator app for tests: it has the key, and shows the code of the moment."""

from datetime import UTC, datetime

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from clinic.models import User
from clinic.services.second_factor import PERIOD, enrol_app, new_app_secret, new_recovery_codes, readable


class App:
    """`App.of(user, now)` sets one up; `code(now)` is what stands on its screen."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    @classmethod
    def of(cls, user: User, now: datetime) -> "App":
        """Set up ten minutes ago: the code that proved it is long over."""
        secret = new_app_secret()
        app = cls(readable(secret))
        before = datetime.fromtimestamp(now.timestamp() - 600, UTC)
        enrol_app(user=user, secret=secret, code=app.code(before), now=before)
        return app

    def code(self, now: datetime) -> str:
        return format_hotp_value(hotp_value(self.secret, int(now.timestamp()) // PERIOD))


def recovery_codes_of(user: User, now: datetime) -> list[str]:
    return new_recovery_codes(user=user, now=now, first=True)
