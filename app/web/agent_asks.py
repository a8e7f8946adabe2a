"""What the desk's page says for somebody who asks for a login link by mail."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


def _address(text: str) -> str:
    """Return the address as addresses are compared; whose it is, if anybody's, is not looked at."""
    plain = text.strip().lower()
    if not _ADDRESS.fullmatch(plain):
        raise ValueError("no address, such as sam@example.com")
    return plain


class AskingIn(BaseModel):
    """Whose login link is wished for, at which desk, what it shall be about, and in which browser it must work."""

    model_config = ConfigDict(frozen=True)
    desk: Annotated[str, Field(min_length=1, max_length=64)]
    about: Annotated[str, Field(max_length=2_000)]
    email: Annotated[str, Field(max_length=254), AfterValidator(_address)]
    browser: Annotated[str, Field(min_length=16, max_length=64)]
