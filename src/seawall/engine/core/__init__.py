"""The engine's pure core. `machine.py` wires it together; start reading there."""
