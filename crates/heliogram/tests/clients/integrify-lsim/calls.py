"""Makes every bulk call that the library integrify-lsim 1.1.0 has, and checks what its callers get.

The library takes the address of the service, writes JSON, and reads answers into typed models: a member that is missing or of
another type raises.
"""

import os
import time

from integrify.lsim.bulk.client import LSIMBulkSMSClientClass
from integrify.lsim.bulk.schemas.enums import Code, SMSStatus

CLIENT = LSIMBulkSMSClientClass(base_url=os.environ["HELIOGRAM_URL"])
WHO = {"login": "dev", "password": "dev"}
TITLE = {"title": "Heliogram"}
FIRST, SECOND = "994501234500", "994501234501"


def body(answer):
    assert answer.status_code == 200, answer
    return answer.body


def units():
    answer = body(CLIENT.check_balance(**WHO))
    # Of this one answer the library leaves the code as it is written.
    assert answer.response_code == "000", answer
    return answer.units


def until(what, fulfilled):
    # Longer than anything here takes.
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = what()
        if fulfilled(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"this did not come: {found}")


def sends_one_message_to_many():
    before = units()
    sent = body(
        CLIENT.bulk_send_one_message(
            controlid=1, msisdns=[FIRST, SECOND], bulkmessage="Salam, dünya", **WHO, **TITLE
        )
    )
    assert sent.response_code == Code.SUCCESS and sent.task_id > 0, sent
    assert units() <= before
    report = until(
        lambda: body(CLIENT.get_report(taskid=sent.task_id, **WHO)), lambda report: report.delivered == 2
    )
    assert report.response_code == Code.SUCCESS, report
    counts = [report.expired, report.removed, report.black_list, report.undelivered, report.duplicate, report.error]
    assert counts + [report.send, report.queue] == [0] * 8, report
    return sent.task_id


def sends_different_messages():
    sent = body(
        CLIENT.bulk_send_different_messages(
            controlid=2, msisdns=[FIRST, SECOND], messages=["Bir", "İki & üç"], scheduled="NOW", **WHO, **TITLE
        )
    )
    assert sent.response_code == Code.SUCCESS, sent
    rows = until(
        lambda: body(CLIENT.get_detailed_report(taskid=sent.task_id, **WHO)).body,
        lambda rows: all(row.status == SMSStatus.MESSAGE_DELIVERED for row in rows),
    )
    # The latest row comes first.
    assert [(row.msisdn, row.message) for row in rows] == [(int(SECOND), "İki & üç"), (int(FIRST), "Bir")], rows
    assert all(row.date is None for row in rows), rows
    dated = body(CLIENT.get_detailed_report_with_dates(taskid=sent.task_id, **WHO)).body
    assert len(dated) == 2, dated
    for row in dated:
        time.strptime(row.date, "%Y-%m-%d %H:%M:%S")


def refuses(task):
    again = body(
        CLIENT.bulk_send_one_message(controlid=1, msisdns=[FIRST], bulkmessage="Salam", **WHO, **TITLE)
    )
    assert again.response_code == Code.DUPLICATE and again.task_id is None, again
    wrong = {"login": "dev", "password": "wrong"}
    refused = body(CLIENT.bulk_send_one_message(controlid=1, msisdns=[FIRST], bulkmessage="x", **wrong, **TITLE))
    assert refused.response_code == Code.INVALID_AUTH, refused
    assert body(CLIENT.get_report(taskid=task + 1000, **WHO)).response_code == Code.INVALID_AUTH
    late = body(
        CLIENT.bulk_send_one_message(
            controlid=3, msisdns=[FIRST], bulkmessage="x", scheduled="2011-10-01 15:40:05", **WHO, **TITLE
        )
    )
    assert late.response_code == Code.OLD_SCHEDULED_DATE, late


refuses(sends_one_message_to_many())
sends_different_messages()
