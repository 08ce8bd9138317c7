"""How a long text is cut into windows, as detectors/runtime/windows.ts does it. Prints the first pieces for lengths 0 to 5,000
when run: test/detectors/runtime/windows.test.ts has the hash."""

WINDOW_PIECES = 126
MOST_WINDOWS = 4


def window_starts(length: int) -> list[int]:
    """First pieces of the windows: spread evenly from the first piece to the last; a short or empty text is one window."""
    count = min(MOST_WINDOWS, max(1, -(-length // WINDOW_PIECES)))
    if count == 1:
        return [0]
    last = length - WINDOW_PIECES
    # Whole numbers throughout: round() would round halves to even, JavaScript rounds them up.
    return [(2 * i * last + count - 1) // (2 * (count - 1)) for i in range(count)]


def windows_of(ids: list[int], cls: int, sep: int) -> list[list[int]]:
    """The windows of a text, from [CLS] to [SEP]."""
    return [[cls, *ids[start : start + WINDOW_PIECES], sep] for start in window_starts(len(ids))]


if __name__ == "__main__":
    for length in range(5001):
        print(*window_starts(length))
