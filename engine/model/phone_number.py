"""Phone numbers as people write them, and as the store and carriers know them."""

from __future__ import annotations

_HOME = "US"  # the country of a number without a country code


def read_phone(text: str) -> str:
    """Read a phone number and return it in E.164, such as +12025550102.

    Raises:
        ValueError: The text is no phone number; the message says why.
    """
    import phonenumbers  # noqa: PLC0415 - takes longer to import than a command should to start

    try:
        number = phonenumbers.parse(text, _HOME)
    except phonenumbers.NumberParseException:
        raise ValueError(f"'{text}' is not a phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError(f"'{text}' is not a phone number that exists")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
