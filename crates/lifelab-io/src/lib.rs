//! What a cell can wait for: sleeps, sockets, computation, faults
