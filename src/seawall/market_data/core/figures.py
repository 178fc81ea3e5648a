"""What figures of a generated market mean, so that a file which says `15 %` or `30 s` can be read into them. All are integers."""

from typing import Annotated

Ppb = Annotated[int, "ppb"]  # A share, a factor or a count, in parts per billion: 15 % is 150,000,000.
Amount = Annotated[int, "amount"]  # In trillionths of the unit of account.

WORTH = 10**12  # Of one unit of account.
