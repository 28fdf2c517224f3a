"""Speed, measured side by side with baselines on the same machine in the same run."""
