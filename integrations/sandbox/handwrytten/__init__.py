"""A strict twin of Handwrytten: cards ordered in one step, and the one basket of an account, which mixes them up."""
