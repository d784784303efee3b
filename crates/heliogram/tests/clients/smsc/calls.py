"""Makes every call that the library smsc 0.1.1 has, and checks what its callers get.

The library has the address of the service in a class attribute, asks for JSON, and names no character set when it sends: what it
sends is of ASCII for that reason.
"""

import logging
import os
import time
import urllib.request

from smsc.api import SMSC
from smsc.messages import FlashMessage, SMSMessage, ViberMessage

logging.disable(logging.DEBUG)

URL = os.environ["HELIOGRAM_URL"]
SMSC._url = URL + "/sys/"
CLIENT = SMSC("dev", "dev", sender="Heliogram")
PHONE, OTHER = "79161234500", "79161234501"


def status_of(phone, message):
    # A status may be asked for five times a minute: the phone is looked at first, and its receipt takes a moment more, or on a slow
    # machine some.
    urllib.request.urlopen(f"{URL}/dev/messages?to={phone}&wait=10s").close()
    for seconds in (0.5, 1, 5, 20):
        time.sleep(seconds)
        statuses = CLIENT.get_status(phone, message)
        if statuses[0].status.status_id == 1:
            return statuses
    raise AssertionError(f"not delivered: {statuses}")


balance = CLIENT.get_balance()
assert balance.error is None and balance.balance == 1000.0 and balance.currency == "UAH", balance

cost = CLIENT.get_cost([PHONE, OTHER], SMSMessage("Hello"))
assert (cost.error, cost.count, cost.cost) == (None, 2, 0.26), cost
assert CLIENT.get_balance().balance == 1000.0

sent = CLIENT.send(PHONE, SMSMessage("Hello"))
assert (sent.error, sent.count, sent.cost) == (None, 1, 0.13), (sent, sent.error)
one = status_of(PHONE, str(sent.message_id))
assert len(one) == 1 and one[0].status.name, one
data = one[0].data
assert data["phone"] == PHONE and data["message"] == "Hello" and data["sender_id"] == "Heliogram", data
assert data["last_date"] >= data["send_date"], data
assert CLIENT.get_balance().balance == 999.87

# A client that repeats what it got no answer to sends nothing twice.
again = CLIENT.send(PHONE, SMSMessage("Hello"))
assert again.error.code == 9, again.error
assert CLIENT.get_balance().balance == 999.87

both = CLIENT.send([PHONE, OTHER], FlashMessage("Flash"))
assert (both.error, both.count) == (None, 2), both.error
several = CLIENT.get_status([PHONE, OTHER], [str(both.message_id)] * 2)
assert len(several) == 2, several

refused = CLIENT.send(PHONE, ViberMessage("Not by SMS"))
assert refused.error.code == 1, refused.error
stranger = SMSC("dev", "wrong").get_balance()
assert stranger.error.code == 2, stranger.error
