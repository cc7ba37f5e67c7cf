"""Reads NAME.before and NAME.after in a directory with Python's email package. Says for each message what is new that is wrong,
one line each as NAME<tab>TEXT; nothing where all is well."""
import email
import email.policy
import os
import sys
from collections import Counter

POLICY = email.policy.default


def header_defects(part, where):
    for name, _ in part.raw_items():
        plain = name.lower().removeprefix("x-original-")
        try:
            for value in part.get_all(name):
                for defect in value.defects:
                    yield where, plain, type(defect).__name__
        except Exception as broken:  # the package's own bugs
            yield where, plain, type(broken).__name__


def read(octets):
    message = email.message_from_bytes(octets, policy=POLICY)
    plain = email.message_from_bytes(octets)
    defects = Counter()
    leaves = []
    for number, part in enumerate(plain.walk()):
        defects.update((number, "body", type(defect).__name__) for defect in part.defects)
        if not part.is_multipart():
            leaves.append((part.get_content_type(), part.get_payload(decode=True)))
    for number, part in enumerate(message.walk()):
        # A field that stands twice is told of twice by get_all: a set is enough.
        defects.update(set(header_defects(part, number)))
    return message, defects, leaves


def compare(name, before, after):
    _, old, old_leaves = read(before)
    message, new, new_leaves = read(after)
    for defect in new - old:
        yield f"new defect {defect}"
    # Where Python does not find the end of the header it was given, the parts it sees are header too.
    lost = {"FirstHeaderLineIsContinuationDefect", "MissingHeaderBodySeparatorDefect"}
    if old_leaves != new_leaves and not lost.intersection(kind for _, _, kind in old):
        yield "the parts are not the same"
    try:
        addresses = [address.addr_spec for address in message["From"].addresses]
    except Exception as broken:
        addresses = [repr(broken)]
    if addresses != ["hve1@contoso.com"] or message["From"].defects:
        yield f"From is {addresses} {message['From'].defects}"


directory = sys.argv[1]
names = sorted(name[:-7] for name in os.listdir(directory) if name.endswith(".before"))
for name in names:
    with open(os.path.join(directory, name + ".before"), "rb") as file:
        before = file.read()
    with open(os.path.join(directory, name + ".after"), "rb") as file:
        after = file.read()
    for text in compare(name, before, after):
        print(f"{name}\t{text}")
print(f"{len(names)} read")
