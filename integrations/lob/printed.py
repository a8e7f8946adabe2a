"""How words are laid out on paper: our own, with room for the address that is printed beside them."""

import html

# The address stands in the first third of a letter, behind a window of its envelope.
_LETTER = """<html><head><meta charset="utf-8"><style>
body { width: 8.5in; height: 11in; margin: 0; }
p { margin: 4.5in 1in 0; font: 16pt/1.6 Georgia, serif; }
p { white-space: pre-wrap; overflow-wrap: break-word; }
</style></head><body><p>{words}</p></body></html>"""
# The right half of a postcard's back belongs to the post.
_POSTCARD = """<html><head><meta charset="utf-8"><style>
body { width: 6.25in; height: 4.25in; margin: 0; }
p { margin: .4in 0 0 .4in; width: 2.4in; font: 11pt/1.4 Georgia, serif; }
p { white-space: pre-wrap; overflow-wrap: break-word; }
</style></head><body><p>{words}</p></body></html>"""


def letter(words: str) -> str:
    """Return a letter's one page."""
    return _LETTER.replace("{words}", html.escape(words))


def postcard(words: str) -> str:
    """Return a postcard's back."""
    return _POSTCARD.replace("{words}", html.escape(words))
