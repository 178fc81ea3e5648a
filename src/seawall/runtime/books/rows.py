"""What the flags of a depth row say. A row is one level of one message: price, quantity, flags, previous update id, update id.

`previous` is the update that the message builds on: the venue's own word for it (pu) where it has one, then marked EXACT; else the id
before its first (U - 1), which a message may overlap.
"""

ASK = 1  # Else a bid.
FIRST = 2  # The first row of its message.
LAST = 4  # Its last one: now the book is whole again.
SNAPSHOT = 8  # A message with every level there is. Else with those that changed.
EXACT = 16  # The book must stand at `previous`, no earlier and no later.
