"""Finds a value in an LMDB data file and damages it. Reads the format of LMDB 0.9 on 64-bit machines with 4 KiB pages.

LMDB copies pages on write and leaves the old ones behind, so a byte flipped anywhere may be of no consequence; this one
is of the value that a reader of today will be given.
"""
import struct

PAGE = 4096
BRANCH, LEAF = 0x01, 0x02
BIG, SUBTREE = 0x01, 0x02


def flip_value(path, database, number):
    """Flips one bit in the middle of the value of integer key `number` of `database`."""
    with open(path, "r+b") as file:
        data = file.read()
        root = _main_root(data)
        record = _find(data, root, lambda key: key == database)
        tree = struct.unpack_from("<Q", data, record[0] + 40)[0]
        start, size = _find(data, tree, lambda key: struct.unpack("<Q", key)[0] == number)
        file.seek(start + size // 2)
        file.write(bytes([data[start + size // 2] ^ 0x10]))


def _main_root(data):
    metas = [(struct.unpack_from("<Q", data, page + 16 + 24 + 2 * 48 + 8)[0],
              struct.unpack_from("<Q", data, page + 16 + 24 + 48 + 40)[0]) for page in (0, PAGE)]
    return max(metas)[1]


def _find(data, page, wanted):
    """-> (offset, size) of the value, or None."""
    base = page * PAGE
    flags, lower = struct.unpack_from("<HH", data, base + 10)
    for slot in range((lower - 16) // 2):
        node = base + struct.unpack_from("<H", data, base + 16 + 2 * slot)[0]
        low, high, node_flags, key_size = struct.unpack_from("<HHHH", data, node)
        if flags & BRANCH:
            found = _find(data, low | high << 16 | node_flags << 32, wanted)
            if found:
                return found
        elif flags & LEAF and wanted(data[node + 8:node + 8 + key_size]):
            value = node + 8 + key_size
            if node_flags & BIG:
                value = struct.unpack_from("<Q", data, value)[0] * PAGE + 16
            return value, low | high << 16
    return None
