"""Works off bulk operations, one after the other, a piece at a time, so that everybody else gets a turn."""

import json
import threading

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store import bulk
from integrations.sandbox.store.announcing import News
from integrations.sandbox.store.call import Call, RootPage
from integrations.sandbox.store.engine import Engine, Prepared
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.wire import gid, iso
from integrations.sandbox.town import Town

_PIECE = 100  # root objects
_LOOK_SECONDS = 0.1
_REST_SECONDS = 0.002


class BulkRunner:
    """One background thread; what a killed town left half done is begun anew."""

    def __init__(self, town: Town, engine: Engine) -> None:
        self._town = town
        self._engine = engine
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the piece at hand."""
        self._closing.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._closing.wait(_LOOK_SECONDS):
            with self._town.books.turn() as turn:
                waiting = [each for state in ("RUNNING", "CREATED") for each in turn.find(bulk.KIND, "status", state)]
            for operation in waiting:
                self._run(operation)

    def _run(self, operation: Doc) -> None:
        operation |= {"status": "RUNNING", "pieces": 0, "objects": 0, "roots": 0}
        with self._town.books.turn() as turn:
            turn.put(bulk.KIND, operation["id"], operation)
            fate = bulk.draw_fate(turn)
        prepared = self._engine.prepare(operation["query"], {}, None)
        page = RootPage(size=_PIECE)
        while page.more and not self._closing.wait(_REST_SECONDS):
            if fate is not None and operation["pieces"] >= fate.get("pieces", 0):
                operation["error_code"] = "INTERNAL_SERVER_ERROR" if fate["status"] == "FAILED" else None
                self._finish(operation, str(fate["status"]))
                return
            self._piece(operation, prepared, page)
        if operation["status"] == "RUNNING" and not page.more:
            self._finish(operation, "COMPLETED")

    def _piece(self, operation: Doc, prepared: Prepared, page: RootPage) -> None:
        with self._town.books.turn() as turn:
            answer = self._engine.run(prepared, self._call(turn, operation, page))
            if "errors" in answer:
                code = answer["errors"][0].get("extensions", {}).get("code")
                operation["error_code"] = code if code == "ACCESS_DENIED" else "INTERNAL_SERVER_ERROR"
            else:
                self._write(turn, operation, answer["data"])
        if operation["error_code"] is not None:
            page.more = False
            self._finish(operation, "FAILED")

    def _call(self, turn: Turn, operation: Doc, page: RootPage) -> Call:
        shop = turn.get(SHOPS, operation["shop"])
        if shop is None:
            raise LookupError(f"Bulk operation {operation['id']} belongs to no shop.")
        return Call(town=self._town, turn=turn, shop=shop, now=self._town.clock.now(), root_page=page)

    def _write(self, turn: Turn, operation: Doc, data: Doc) -> None:
        (connection,) = data.values()
        found = [json.dumps(row, separators=(",", ":")) for row in bulk.rows(connection)]
        if found:
            piece = {"text": "\n".join(found) + "\n"}
            turn.put(bulk.PIECES, f"{operation['id']}-{operation['pieces']}", piece)
            operation["pieces"] += 1
            operation["objects"] += len(found)
            operation["roots"] += len(connection.get("nodes") or connection.get("edges") or ())
            turn.put(bulk.KIND, operation["id"], operation)

    def _finish(self, operation: Doc, status: str) -> None:
        with self._town.books.turn() as turn:
            call = self._call(turn, operation, RootPage(size=_PIECE))
            operation |= {"status": status, "completed_at": iso(call.now)}
            turn.put(bulk.KIND, operation["id"], operation)
            body = {
                "admin_graphql_api_id": gid("BulkOperation", operation["id"]),
                "status": status.lower(),
                "type": "query",
                "error_code": operation["error_code"],
                "created_at": operation["created_at"],
                "completed_at": operation["completed_at"],
            }
            news = News(town=self._town, turn=turn, shop=call.shop, now=call.now)
            news.tell("bulk_operations/finish", body)
