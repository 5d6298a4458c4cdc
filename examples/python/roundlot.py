"""A client of a Roundlot daemon, made of its own description: `GET /openapi.json`, and nothing but Python's standard library.

    api = Roundlot("http://127.0.0.1:8080", token="rlt_...")
    taken = api.call("trades.take", body=[{"symbol": "AAPL", "side": "buy", "quantity": "2.5"}], key="order-4711")
    trade = api.call("trades.show", id=taken["items"][0]["id"])

Quantities and prices are texts: hand them to `decimal.Decimal`, never to `float`.
"""

import json
import urllib.error
import urllib.parse
import urllib.request


class Refused(Exception):
    """The daemon's answer to a call that it refuses: a problem document (RFC 9457). `tag` is what programs look at."""

    def __init__(self, status, problem):
        super().__init__(problem.get("detail") or problem.get("title") or str(status))
        self.status = status
        self.tag = problem.get("_tag")
        self.problem = problem


class Answer(dict):
    """What a call was answered with; `replayed` says that it is the first answer to the same key, given again."""

    replayed = False


class Roundlot:
    def __init__(self, url, token=None, seconds=30):
        self._url = url.rstrip("/")
        self._headers = {} if token is None else {"authorization": f"Bearer {token}"}
        self._seconds = seconds
        _, self._description = self._ask("GET", "/openapi.json")
        self._operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in self._description["paths"].items()
            for method, operation in methods.items()
        }

    @property
    def operations(self):
        """The names of all calls, as the description has them."""
        return sorted(self._operations)

    def call(self, operation_id, body=None, key=None, **given):
        """Calls an operation by its name. `key` makes it happen once; everything else that is given by name is a parameter."""
        method, path, operation = self._operations[operation_id]
        parameters = [self._whole(each) for each in operation.get("parameters", [])]
        places = {each["name"]: each["in"] for each in parameters}
        unknown = sorted(set(given) - set(places))
        if unknown:
            raise TypeError(f"{operation_id} has no parameter {', '.join(unknown)}: it has {', '.join(sorted(places))}")
        missing = [each["name"] for each in parameters if each.get("required") and each["name"] not in given]
        if missing:
            raise TypeError(f"{operation_id} needs {', '.join(missing)}")
        for name, value in given.items():
            if places[name] == "path":
                path = path.replace("{" + name + "}", urllib.parse.quote(str(value), safe=""))
        query = {name: _text(value) for name, value in given.items() if places[name] == "query"}
        address = path + ("?" + urllib.parse.urlencode(query) if query else "")
        headers, answer = self._ask(method, address, body, {} if key is None else {"idempotency-key": key})
        result = Answer(answer) if isinstance(answer, dict) else answer
        if isinstance(result, Answer):
            result.replayed = headers.get("Idempotency-Replayed") == "true"
        return result

    def pages(self, operation_id, **given):
        """All items of a list, page by page."""
        while True:
            page = self.call(operation_id, **given)
            yield from page["items"]
            if page["nextCursor"] is None:
                return
            given["cursor"] = page["nextCursor"]

    def _whole(self, each):
        """What stands at a reference of the description, or the thing itself."""
        if "$ref" not in each:
            return each
        found = self._description
        for name in each["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return found

    def _ask(self, method, address, body=None, headers=None):
        request = urllib.request.Request(
            self._url + address,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={**self._headers, **(headers or {}), **({} if body is None else {"content-type": "application/json"})},
        )
        try:
            with urllib.request.urlopen(request, timeout=self._seconds) as response:
                return response.headers, _read(response)
        except urllib.error.HTTPError as error:
            problem = _read(error)
            raise Refused(error.code, problem if isinstance(problem, dict) else {}) from None


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(response):
    text = response.read().decode()
    return json.loads(text) if "json" in (response.headers.get("content-type") or "") else text
