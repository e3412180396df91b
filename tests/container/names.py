#!/usr/bin/python3
"""A name server for 127.0.0.11, as Docker has one: names.py NAME=ADDRESS …; A records of these names, nothing else."""
import socket
import sys

names = dict(argument.split("=") for argument in sys.argv[1:])
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.11", 53))
while True:
    query, client = server.recvfrom(512)
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    question, kind = query[12:at + 5], query[at + 1:at + 3]
    address = names.get(".".join(labels).lower())
    found = address is not None and kind == b"\0\1"
    head = query[:2] + (b"\x81\x80" if address else b"\x81\x83") + b"\0\1" + (b"\0\1" if found else b"\0\0") + b"\0\0\0\0"
    record = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(address) if found else b""
    server.sendto(head + question + record, client)
