"""The exchange as a pure state machine: order book, accounts, filters, order entry, queries."""
