"""Binds with smpplib 2.2.4 as programs do, and checks what they get: answers, receipts, texts on phones, messages from handsets.

The library reads one PDU at a time and hands it to handlers; it raises what it cannot read, unknown parameters included.
"""

import json
import logging
import os
import re
import time
import urllib.parse
import urllib.request

import smpplib.client
import smpplib.consts as consts
import smpplib.exceptions
import smpplib.gsm

logging.disable(logging.WARNING)

URL = os.environ["HELIOGRAM_URL"]
HOST, PORT = os.environ["HELIOGRAM_SMPP"].rsplit(":", 1)
NUMBER = "380441234567"
# [smpp34 §5.2.12]
SMSC_RECEIPT = 0x04
RECEIPT = re.compile(
    rb"id:(\d+) sub:\d{3} dlvrd:\d{3} submit date:\d{10} done date:\d{10} stat:([A-Z]{7}) err:\d{3} text:",
    re.IGNORECASE,
)


def phone(number, wait="10s"):
    with urllib.request.urlopen(f"{URL}/dev/messages?to={number}&wait={wait}") as answer:
        return [message["text"] for message in json.load(answer)]


class Program:
    """A bound program that notes what comes."""

    def __init__(self, mode, password="dev", **bind):
        self.answers, self.receipts, self.said, self.states = {}, {}, [], []
        self.client = smpplib.client.Client(HOST, PORT, timeout=10, allow_unknown_opt_params=False)
        self.client.set_message_sent_handler(self.answered)
        self.client.set_message_received_handler(self.received)
        self.client.set_query_resp_handler(self.states.append)
        self.client.set_error_pdu_handler(self.refused)
        self.client.connect()
        getattr(self.client, "bind_" + mode)(system_id="dev", password=password, **bind)

    def answered(self, pdu):
        # A refusal comes here too, after `refused`.
        if not pdu.is_error():
            self.answers[pdu.sequence] = (pdu.status, pdu.message_id.decode())

    def refused(self, pdu):
        self.answers[pdu.sequence] = (pdu.status, None)

    def received(self, pdu):
        if pdu.esm_class & SMSC_RECEIPT:
            read = RECEIPT.match(pdu.short_message)
            assert read, pdu.short_message
            message_id = pdu.receipted_message_id.rstrip(b"\0").decode()
            assert read[1].decode() == message_id, (read[1], message_id)
            self.receipts.setdefault(message_id, []).append((read[2].decode(), pdu.message_state))
        else:
            encoding = "utf-16-be" if pdu.data_coding == consts.SMPP_ENCODING_ISO10646 else "ascii"
            self.said.append((pdu.source_addr.decode(), pdu.destination_addr.decode(), pdu.short_message.decode(encoding)))
        return consts.SMPP_ESME_ROK

    def submit(self, to, short_message, **more):
        terms = dict(
            source_addr_ton=consts.SMPP_TON_ALNUM,
            source_addr="Heliogram",
            dest_addr_ton=consts.SMPP_TON_INTL,
            dest_addr_npi=consts.SMPP_NPI_ISDN,
            destination_addr=to,
            registered_delivery=True,
        )
        return self.client.send_message(short_message=short_message, **{**terms, **more}).sequence

    def until(self, found):
        """Reads until something has come."""
        deadline = time.monotonic() + 30
        while not found():
            assert time.monotonic() < deadline, (self.answers, self.receipts, self.said)
            self.client.read_once()

    def answer(self, sequence):
        self.until(lambda: sequence in self.answers)
        return self.answers[sequence]

    def id_of(self, sequence):
        status, message_id = self.answer(sequence)
        assert status == consts.SMPP_ESME_ROK, status
        return message_id

    def outcome(self, message_id):
        self.until(lambda: message_id in self.receipts)
        return self.receipts[message_id]

    def end(self):
        self.client.unbind()
        self.client.disconnect()


# A wrong password has a status of its own.
try:
    Program("transceiver", password="wrong")
    raise AssertionError("bound with a wrong password")
except smpplib.exceptions.PDUError as error:
    assert error.args[1] == consts.SMPP_ESME_RINVPASWD, error

program = Program("transceiver")

# A short text, its receipt in text and parameters, and its state.
message_id = program.id_of(program.submit("380501230000", b"Hello"))
assert program.outcome(message_id) == [("DELIVRD", consts.SMPP_MESSAGE_STATE_DELIVERED)], program.receipts
assert phone("380501230000") == ["Hello"]
program.client.query_message(
    message_id=message_id, source_addr_ton=consts.SMPP_TON_ALNUM, source_addr_npi=0, source_addr="Heliogram"
)
program.until(lambda: program.states)
assert program.states[0].message_state == consts.SMPP_MESSAGE_STATE_DELIVERED, program.states[0].message_state

# What the network does not deliver.
for number, word in [("380501230001", "UNDELIV"), ("380501230002", "EXPIRED"), ("380501230003", "REJECTD")]:
    failed = program.id_of(program.submit(number, b"Hello"))
    assert [stat for stat, _ in program.outcome(failed)] == [word], (number, program.receipts[failed])

# Only of failures, and of nothing.
quiet = program.id_of(program.submit("380501230010", b"Hello", registered_delivery=0))
only_failure = program.id_of(program.submit("380501230011", b"Hello", registered_delivery=2))

# Long texts: by UDH and by parameters, in each alphabet; as the library cuts them, in the midst of what belongs together.
texts = ["Long text [with] brackets. " * 12, "Довгий текст 🙂 " * 12, "café " * 60]
encodings = [consts.SMPP_ENCODING_DEFAULT, consts.SMPP_ENCODING_DEFAULT, consts.SMPP_ENCODING_ISO88591]
number = 380501230020
for text, wanted in zip(texts, encodings):
    for use_udhi in (True, False):
        parts, encoding, esm_class = smpplib.gsm.make_parts(text, wanted, use_udhi)
        sequences = []
        for index, part in enumerate(parts, start=1):
            sar = {} if use_udhi else dict(sar_msg_ref_num=77, sar_total_segments=len(parts), sar_segment_seqnum=index)
            sequences.append(
                program.submit(str(number), part, data_coding=encoding, esm_class=esm_class, **sar)
            )
        ids = [program.id_of(sequence) for sequence in sequences]
        assert len(set(ids)) == len(parts) > 1, ids
        for message_id in ids:
            assert [stat for stat, _ in program.outcome(message_id)] == ["DELIVRD"], program.receipts
        assert phone(str(number)) == [text], (text, phone(str(number)))
        number += 1

# A text that is no part, as payload.
payload = program.id_of(program.submit("380501230040", b"", message_payload=b"Payload " * 40))
program.outcome(payload)
assert phone("380501230040") == ["Payload " * 40]
assert quiet not in program.receipts and only_failure not in program.receipts, program.receipts

# What is refused has its documented status.
for status, sequence in [
    (consts.SMPP_ESME_RINVDSTADR, program.submit("no number", b"Hello")),
    (consts.SMPP_ESME_RINVSRCADR, program.submit("380501230050", b"Hello", source_addr="twelve chars")),
    (consts.SMPP_ESME_RINVMSGLEN, program.submit("380501230050", b"")),
]:
    assert program.answer(sequence)[0] == status, (status, program.answer(sequence))

# A message from a handset.
form = urllib.parse.urlencode({"from": "380671234567", "to": NUMBER, "text": "Привіт 🙂"}).encode()
urllib.request.urlopen(f"{URL}/dev/messages", form).close()
program.until(lambda: program.said)
assert program.said == [("380671234567", NUMBER, "Привіт 🙂")], program.said
program.end()

# A transmitter's receipts wait until a receiver comes.
transmitter = Program("transmitter")
later = transmitter.id_of(transmitter.submit("380501230060", b"Later"))
assert phone("380501230060") == ["Later"]
transmitter.end()
receiver = Program("receiver")
assert [stat for stat, _ in receiver.outcome(later)] == ["DELIVRD"], receiver.receipts
receiver.end()
