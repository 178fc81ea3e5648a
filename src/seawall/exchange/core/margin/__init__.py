"""Perpetuals at the exchange: positions and their margin, marks, funding, liquidation. A spot venue never comes here."""
