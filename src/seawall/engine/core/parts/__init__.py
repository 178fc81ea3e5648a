"""The engine's parts, one file for each kind of conversation: with strategies, venues, operators, and with itself about risk.

A part has `handlers` (message type to method) and `attach`, which takes what it needs from the engine; the engine calls it whenever one of
its objects is replaced, so that no handler looks anything up that stays the same.
"""
