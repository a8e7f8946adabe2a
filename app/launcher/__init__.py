"""Makes the environment, starts the processes and restarts what dies. Standard library only."""
