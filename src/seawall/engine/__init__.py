"""The trading engine: signals in, approved orders out, fills booked. Never calls strategy code, never learns that it is being tested."""
