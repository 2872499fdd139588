"""The pure core: one contact as a set of small coupled state machines. Standard library only."""
