"""The public language of Seawall: units, instruments, and every message that services exchange. Frozen data, no behaviour."""
