"""What an operator sets for a WhatsApp inbox."""

import re
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from omnidesk.contract.channel import ApiBase, ChannelSettings

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
"""A variable as it stands in a template: `{{1}}`, or where they have names `{{first_name}}`."""
Label = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class TemplateSettings(BaseModel):
    """One approved text, as it stands at Meta."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9_]{1,512}$")
    language: str = Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")
    """Meta's code of its language, as `tr` or `en_US`."""
    text: str = Field(min_length=1, max_length=1024)
    """Its body, with its variables."""
    variables: tuple[Label, ...] = ()
    """What agents read beside the field of each variable, in their order; empty = what they are called in the text."""

    @model_validator(mode="after")
    def _as_many_as_there_are(self) -> Self:
        names = placeholders(self.text)
        if self.variables and len(self.variables) != len(names):
            raise ValueError(
                f"template {self.name}: {len(self.variables)} variables are described, and the text has {len(names)}"
            )
        if any(name.isdecimal() for name in names) and names != [str(n) for n in range(1, len(names) + 1)]:
            raise ValueError(f"template {self.name}: its variables are not {{{{1}}}}, {{{{2}}}}, … without a gap")
        return self


class WhatsAppSettings(ChannelSettings):
    """The settings of one WhatsApp inbox."""

    phone_number_id: str = Field(pattern=r"^[0-9]{1,32}$")
    """Meta's id of the number, which is not the number itself."""
    number: str | None = Field(default=None, pattern=r"^\+[1-9][0-9]{6,14}$")
    """The number people write to, as `+908501234567`: shown in lists."""
    business_account_id: str | None = Field(default=None, pattern=r"^[0-9]{1,32}$")
    """The WhatsApp Business account, where its approved templates are to be fetched from."""
    access_token: SecretStr = Field(min_length=1)
    """The token of a system user, with the permission whatsapp_business_messaging."""
    app_secret: SecretStr = Field(min_length=1)
    """The app's secret: Meta signs with it what it posts."""
    verify_token: SecretStr = Field(min_length=8)
    """A word of your own, which Meta shows when the webhook is set up."""
    templates: tuple[TemplateSettings, ...] = Field(default=(), max_length=500)
    """Approved texts, beside those that are fetched."""
    api_base: ApiBase = "https://graph.facebook.com/v25.0"
    """Where the Graph API is, with its version."""


def placeholders(text: str) -> list[str]:
    """The names of the variables in a text, each once, in the order in which they first stand there.

    Numbers come in their own order, as Meta counts them.
    """
    names = list(dict.fromkeys(PLACEHOLDER.findall(text)))
    return sorted(names, key=int) if names and all(name.isdecimal() for name in names) else names
