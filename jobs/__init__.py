"""Acts: the conductors that load, decide, perform and record. The only room that knows the bell and the clock."""
