"""What every machine needs: the machine itself, its journal and codec, a seeded generator, the float rules."""
