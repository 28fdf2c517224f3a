"""What is on each screen: glue between a state and blocks, and nothing else."""
