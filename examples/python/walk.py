"""From a trade over its position to its order, at a running daemon: python3 walk.py http://127.0.0.1:8080 [TOKEN]"""

import json
import sys
import time

from roundlot import Refused, Roundlot

SECONDS = 60


def refusal(call):
    """The tag of what a call is refused with."""
    try:
        call()
    except Refused as refused:
        return refused.tag
    return None


def hedged(api, symbol, shares):
    """The position of a symbol, once so many of its shares are hedged."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        position = api.call("positions.show", symbol=symbol)
        if position["hedged"] == shares:
            return position
        time.sleep(0.05)
    raise TimeoutError(f"{symbol} has not {shares} shares hedged after {SECONDS} seconds")


def walk(api):
    trade = {"symbol": "AAPL", "side": "buy", "quantity": "2.5", "price": "200"}
    taken = api.call("trades.take", body=trade, key="walk-1")
    again = api.call("trades.take", body=trade, key="walk-1")
    residual = hedged(api, "AAPL", "2")["residual"]
    order_id = api.call("trades.show", id=taken["items"][0]["id"])["orderIds"][0]
    order = api.call("orders.show", id=order_id)
    return {
        "trade": {"sent": taken["items"][0]["outcome"], "replayed": str(again.replayed).lower()},
        "same": again["items"][0]["id"] == taken["items"][0]["id"],
        "residual": residual,
        "order": {"status": order["status"], "fills": [fill["quantity"] for fill in order["fills"]]},
        "open": api.call("orders.list", phase="open", count=True)["count"]["rows"],
        "refusals": [
            refusal(lambda: api.call("orders.show", id="O999")),
            refusal(lambda: api.call("controls.cancelOrder", id=order_id, body={"reason": "too late"})),
        ],
    }


if __name__ == "__main__":
    print(json.dumps(walk(Roundlot(*sys.argv[1:3]))))
