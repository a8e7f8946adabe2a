"""What can be asked about the account's own furniture: integrations, widgets, macros."""

from integrations.sandbox import chronicle
from integrations.sandbox.helpdesk import http_integrations, macros, widgets
from integrations.sandbox.helpdesk.call import Answer, Call, page
from integrations.sandbox.helpdesk.paging import PAGING
from integrations.sandbox.helpdesk.reading import only


def list_integrations(call: Call) -> Answer:
    """Answer with the account's HTTP integrations."""
    return page(call, http_integrations.integrations(call.turn, call.arguments))


def integration(call: Call, key: int) -> Answer:
    """Answer with one HTTP integration."""
    return Answer(body=http_integrations.integration(call.turn, key))


def create_integration(call: Call) -> Answer:
    """Write a new HTTP integration."""
    made = http_integrations.create(call.turn, call.body, call.now)
    chronicle.note(call.turn, call.now, "desk.setup", f"The integration “{made['name']}” was made")
    return Answer(status=201, body=made)


def change_integration(call: Call, key: int) -> Answer:
    """Change what is named of an HTTP integration."""
    return Answer(status=202, body=http_integrations.change(call.turn, key, call.body, call.now))


def remove_integration(call: Call, key: int) -> Answer:
    """Take an HTTP integration away."""
    name = http_integrations.integration(call.turn, key)["name"]
    http_integrations.remove(call.turn, key)
    chronicle.note(call.turn, call.now, "desk.setup", f"The integration “{name}” is gone")
    return Answer(status=204)


def list_widgets(call: Call) -> Answer:
    """Answer with the account's widgets."""
    return page(call, widgets.widgets(call.turn, call.arguments))


def widget(call: Call, key: int) -> Answer:
    """Answer with one widget."""
    return Answer(body=widgets.widget(call.turn, key))


def create_widget(call: Call) -> Answer:
    """Write a new widget."""
    made = widgets.create(call.turn, call.body, call.now)
    chronicle.note(call.turn, call.now, "desk.setup", f"A widget for every {made['context']} was made")
    return Answer(status=201, body=made)


def replace_widget(call: Call, key: int) -> Answer:
    """Write a widget anew."""
    return Answer(status=202, body=widgets.replace(call.turn, key, call.body, call.now))


def remove_widget(call: Call, key: int) -> Answer:
    """Take a widget away."""
    context = widgets.widget(call.turn, key)["context"]
    widgets.remove(call.turn, key)
    chronicle.note(call.turn, call.now, "desk.setup", f"The widget for every {context} is gone")
    return Answer(status=204)


def list_macros(call: Call) -> Answer:
    """Answer with the account's macros."""
    only(call.arguments, PAGING)
    return page(call, macros.macros(call.turn))


def macro(call: Call, key: int) -> Answer:
    """Answer with one macro."""
    return Answer(body=macros.macro(call.turn, key))


def create_macro(call: Call) -> Answer:
    """Write a new macro."""
    made = macros.create(call.turn, call.body, call.now)
    chronicle.note(call.turn, call.now, "desk.setup", f"The macro “{made['name']}” was made")
    return Answer(status=201, body=made)


def change_macro(call: Call, key: int) -> Answer:
    """Write a macro anew."""
    return Answer(status=202, body=macros.change(call.turn, key, call.body, call.now))


def remove_macro(call: Call, key: int) -> Answer:
    """Take a macro away."""
    name = macros.macro(call.turn, key)["name"]
    macros.remove(call.turn, key)
    chronicle.note(call.turn, call.now, "desk.setup", f"The macro “{name}” is gone")
    return Answer(status=204)
