"""The app that an admin uploads: what its manifest promises is there."""

import json
import struct
from pathlib import Path

import pytest

import integrations.zendesk

FOLDER = Path(integrations.zendesk.__file__).parent / "sidebar"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())


def test_given_the_manifest_when_read_then_its_frame_is_signed_and_leads_where_it_says() -> None:
    (beside,) = MANIFEST["location"]["support"].values()
    (parameter,) = MANIFEST["parameters"]

    assert MANIFEST["signedUrls"] is True
    assert (parameter["name"], parameter["default"]) == ("desk", beside["url"])
    assert beside["url"].startswith("https://")
    assert beside["url"] in (FOLDER / "README.md").read_text()


def test_given_the_manifest_when_shown_then_there_are_words_for_all_that_it_asks() -> None:
    words = json.loads((FOLDER / "translations" / f"{MANIFEST['defaultLocale']}.json").read_text())["app"]

    assert words["parameters"].keys() == {parameter["name"] for parameter in MANIFEST["parameters"]}
    assert words["name"] == MANIFEST["name"]


@pytest.mark.parametrize(("name", "side"), [("logo.png", 320), ("logo-small.png", 128)])
def test_given_a_picture_when_measured_then_it_is_as_large_as_must_be(name: str, side: int) -> None:
    head = (FOLDER / "assets" / name).read_bytes()[:24]

    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:]) == (side, side)
