"""The people who sign in, and what staff are in a clinic."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.password_validation import validate_password
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clinic.tenancy import ClinicRecord, one_of


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> "User":
        """A login. Without a password a mailed code opens it; without an address only a letter does."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The operator: makes clinics, sees no patient. Raises ValidationError for a weak password."""
        if password is not None:
            validate_password(password, self.model(email=email))
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """One login, by e-mail address; without one, a patient's that a letter opens.

    What it may do comes from StaffMember and Patient rows.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True, null=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_superuser = models.BooleanField(
        _("operator"), default=False, help_text=_("Makes clinics and staff accounts; sees no patient.")
    )
    # Part of every session's signature: raising it ends them all, also one that starts at this moment.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    device_mark = models.UUIDField(default=uuid4, db_default=RandomUUID(), editable=False)  # clinic.devices

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = UserManager()

    class Meta:
        ordering = ["email"]
        constraints = [
            # One person, one login: stored in lower case, so that the unique index means what it says.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="clinic_user_email_is_lower_case"),
            # NULL says "no address", and the unique index lets many have none; "" would be an address.
            models.CheckConstraint(condition=~Q(email=""), name="clinic_user_email_is_not_blank"),
            models.CheckConstraint(
                condition=Q(is_superuser=False) | Q(email__isnull=False),
                name="clinic_user_operator_has_email",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = (self.email or "").strip().lower() or None
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's own, of the password, and of the epoch too."""
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("waymark.session", value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_staff(self) -> bool:
        """Django's admin asks this; the answer that counts is the membership on the request."""
        return self.is_superuser

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser


class Role(models.TextChoices):
    CLINICIAN = "clinician", _("Clinician")
    REVIEWER = "reviewer", _("Reviewer")
    MANAGER = "manager", _("Manager")


class StaffMember(ClinicRecord):
    """A person's membership in one clinic, with the one role it has there."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("login")
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("As colleagues and patients read it."))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(ClinicRecord.Meta):
        ordering = ["name"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            models.UniqueConstraint(fields=["user", "clinic"], name="clinic_staffmember_once_a_clinic"),
            one_of("role", Role),
        ]

    def __str__(self) -> str:
        return self.name
