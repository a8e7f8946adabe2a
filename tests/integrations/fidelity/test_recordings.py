"""What the replay of recorded requests and answers finds."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema

from integrations.fidelity import recordings
from integrations.fidelity.recordings import Recorded
from integrations.sandbox.store.recording import Recorder

ROOT = Path(__file__).parents[3]
ORDER = "query Facts($id: ID!) { order(id: $id) { id test netPaymentSet { shopMoney { amount currencyCode } } } }"
MARK = (
    "mutation Mark($metafields: [MetafieldsSetInput!]!) "
    "{ metafieldsSet(metafields: $metafields) { userErrors { message } } }"
)
SOUND = {
    "order": {
        "id": "gid://shopify/Order/1",
        "test": False,
        "netPaymentSet": {"shopMoney": {"amount": "45.0", "currencyCode": "USD"}},
    }
}


def changed(**order: object) -> dict[str, Any]:
    return {"order": SOUND["order"] | order}


def asked(text: str = ORDER, data: object = None, **variables: object) -> Recorded:
    return Recorded(operation="Facts", query=text, variables=variables, data=data)


def test_given_a_sound_request_and_answer_when_replayed_then_nothing_is_said(real: GraphQLSchema) -> None:
    sound = [asked(data=SOUND, id="gid://shopify/Order/1"), asked(data={"order": None}, id="gid://shopify/Order/2")]

    assert recordings.replay(real, [*sound, *sound]) == (2, [])


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        (asked(), "non-null type 'ID!' to be provided"),
        (asked(id=None), "non-null type 'ID!' not to be None"),
        (asked(id={"a": 1}), "ID cannot represent"),
        (asked(id="1", extra="2"), "$extra is no variable of it"),
        (asked("query Facts($id: ID!) { order(id: $id) { colour } }", id="1"), "Cannot query field 'colour'"),
        (asked(MARK, metafields=[{"ownerId": "1", "key": "k"}]), "required field 'value'"),
        (asked(MARK, metafields=[{"ownerId": "1", "key": "k", "value": "v", "odd": 1}]), "unknown field 'odd'"),
    ],
)
def test_given_a_request_that_the_real_store_refuses_when_replayed_then_it_is_a_fault(
    real: GraphQLSchema, request_: Recorded, fault: str
) -> None:
    (line, *_) = recordings.faults(real, request_)

    assert fault in line


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (changed(colour="red"), "order.colour: nobody asked for it"),
        ({"order": {"id": "gid://shopify/Order/1", "test": False}}, "order.netPaymentSet: asked for and not answered"),
        (changed(test=None), "order.test: null, and it never is"),
        (changed(test="no"), "order.test: 'no' is no Boolean"),
        (changed(id=5), "order.id: 5 is no ID"),
        (changed(netPaymentSet={"shopMoney": {"amount": 45.0, "currencyCode": "USD"}}), "amount: 45.0 is no Decimal"),
        (changed(netPaymentSet={"shopMoney": {"amount": "4", "currencyCode": "XX1"}}), "'XX1' is no CurrencyCode"),
        (changed(netPaymentSet=[]), "[] is no MoneyBag"),
        ({}, "order: asked for and not answered"),
    ],
)
def test_given_an_answer_that_no_store_gives_when_replayed_then_it_is_a_fault(
    real: GraphQLSchema, data: object, fault: str
) -> None:
    (line,) = recordings.faults(real, asked(data=data, id="gid://shopify/Order/1"))

    assert line.startswith("answer: ")
    assert fault in line


def test_given_a_bulk_export_when_replayed_then_the_query_inside_is_looked_at_too(real: GraphQLSchema) -> None:
    start = "mutation Start($query: String!) { bulkOperationRunQuery(query: $query) { userErrors { message } } }"

    assert recordings.faults(real, asked(start, query="query All { orders { edges { node { id } } } }")) == []
    assert "colour" in recordings.faults(real, asked(start, query="query All { colour }"))[0]


def test_given_requests_of_one_shape_when_recorded_then_one_is_kept(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    for number, status in enumerate(["PAID", "PAID", "REFUNDED"]):
        recorder.note("Facts", ORDER, {"id": f"gid://shopify/Order/{number}"}, {"status": status})

    (file,) = tmp_path.iterdir()
    assert [each.data for each in recordings.read(file)] == [{"status": "PAID"}, {"status": "REFUNDED"}]


def test_given_no_folder_when_noted_then_nothing_is_written() -> None:
    Recorder(None).note("Facts", ORDER, {})


def test_given_a_file_that_is_no_recording_when_read_then_it_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_text('{"operation": "Facts"}\n')

    with pytest.raises(ValueError, match="no recording"):
        list(recordings.read(file))


CONTROL = """
from integrations.http import Http, Request
import pytest

def test_sends():
    body = {{"operationName": "A", "query": "query A {{ shop {{ {field} }} }}", "variables": {{}}}}
    with pytest.raises(Exception):
        Http().call(Request(source="x", method="POST", url="http://127.0.0.1:1/graphql.json", writes=False, body=body))
"""


@pytest.mark.parametrize(("field", "code"), [("id", 0), ("colour", 1)])
def test_given_a_suite_that_sends_a_wrong_request_when_run_then_the_run_fails(
    tmp_path: Path, schema_file: Path, field: str, code: int
) -> None:
    (tmp_path / "test_control.py").write_text(CONTROL.format(field=field))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.recording", "-p", "no:valkey", "--rootdir", tmp_path]

    done = subprocess.run(
        [*map(str, command), str(tmp_path)],
        cwd=ROOT,
        env={"SHOPIFY_ADMIN_SCHEMA": str(schema_file), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == code
    assert f"1 recorded requests and answers, 0 webhooks: {code} faults" in done.stdout


def test_given_a_recording_when_written_then_each_line_stands_alone(tmp_path: Path) -> None:
    Recorder(tmp_path / "new").note("Facts", ORDER, {"id": "1"})

    (file,) = (tmp_path / "new").iterdir()
    assert json.loads(file.read_text())["variables"] == {"id": "1"}
