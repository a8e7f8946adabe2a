"""What can be asked about customers, their fields, the staff and the account."""

from integrations.sandbox import chronicle
from integrations.sandbox.helpdesk import customers, fields, people
from integrations.sandbox.helpdesk.call import Answer, Call, page
from integrations.sandbox.helpdesk.paging import PAGING
from integrations.sandbox.helpdesk.reading import only
from integrations.sandbox.helpdesk.refusals import Refused, invalid


def account(call: Call) -> Answer:
    """Answer whether the key still works, by telling whose it is."""
    return Answer(body=people.account(call.now))


def users(call: Call) -> Answer:
    """Answer with the staff."""
    email = only(call.arguments, PAGING | {"email"}).get("email", "").casefold()
    return page(call, [user for user in people.users(call.turn) if email in ("", user["email"])])


def user(call: Call, key: int) -> Answer:
    """Answer with one of the staff."""
    return Answer(body=people.user(call.turn, key))


def list_customers(call: Call) -> Answer:
    """Answer with the customers that fit the filters."""
    return page(call, customers.customers(call.turn, call.arguments))


def customer(call: Call, key: int) -> Answer:
    """Answer with one customer, with custom fields when they are asked for."""
    row = customers.customer(call.turn, key)
    relations = only(call.arguments, {"relationships"}).get("relationships")
    if relations is None:
        return Answer(body=customers.as_json(row))
    if relations != "custom_fields":
        raise invalid("relationships", "Must be one of: custom_fields.")
    return Answer(body=customers.with_fields(call.turn, row))


def create_customer(call: Call) -> Answer:
    """Write a new customer."""
    return Answer(status=201, body=customers.as_json(customers.create(call.turn, call.body, call.now)))


def change_customer(call: Call, key: int) -> Answer:
    """Change what is named of a customer."""
    return Answer(status=202, body=customers.as_json(customers.change(call.turn, key, call.body, call.now)))


def set_data(call: Call, key: int) -> Answer:
    """Keep an app's data of a customer; nothing comes back."""
    customers.set_data(call.turn, key, call.body, call.now)
    return Answer(status=202)


def values(call: Call, key: int) -> Answer:
    """Answer with the custom fields that a customer holds: a plain list, as the real one's."""
    return Answer(body=fields.shown(call.turn, customers.customer(call.turn, key)))


def set_values(call: Call, key: int) -> Answer:
    """Set the named fields of a customer."""
    return _kept(call, key, fields.changed(call.turn, customers.customer(call.turn, key), call.body))


def set_value(call: Call, key: int, field: int) -> Answer:
    """Set one field of a customer."""
    row = customers.customer(call.turn, key)
    return _kept(call, key, fields.set_one(call.turn, row, field, call.body))


def clear_value(call: Call, key: int, field: int) -> Answer:
    """Empty one field of a customer."""
    row = customers.customer(call.turn, key)
    if str(field) not in row["fields"]:
        raise Refused(404, f"Customer {key} has no value for custom field {field}.")
    _kept(call, key, {name: value for name, value in row["fields"].items() if name != str(field)})
    return Answer(status=204)


def definitions(call: Call) -> Answer:
    """Answer with the custom fields that exist for one kind of object."""
    return page(call, fields.definitions(call.turn, call.arguments), order="priority:desc")


def definition(call: Call, key: int) -> Answer:
    """Answer with one custom field."""
    return Answer(body=fields.definition(call.turn, key))


def define(call: Call) -> Answer:
    """Write a new custom field."""
    return Answer(status=201, body=fields.define(call.turn, call.body, call.now))


def redefine(call: Call, key: int) -> Answer:
    """Write a custom field anew."""
    return Answer(status=202, body=fields.redefine(call.turn, key, call.body, call.now))


def _kept(call: Call, key: int, fresh: dict[str, object]) -> Answer:
    row = customers.customer(call.turn, key)
    for name, value in fresh.items():
        if row["fields"].get(name) != value:
            label = fields.definition(call.turn, int(name))["label"]
            text = f"{label} of {row['name']} is now “{value}”"
            chronicle.note(call.turn, call.now, "desk.field", text, desk_customer=key)
    customers.set_fields(call.turn, key, fresh, call.now)
    return Answer(status=202, body=fields.shown(call.turn, customers.customer(call.turn, key)))
