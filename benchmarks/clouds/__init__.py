"""The clouds that the integrations talk to, each on a port of this machine and in a process of its own."""
