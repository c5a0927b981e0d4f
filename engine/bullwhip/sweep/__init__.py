"""Many scenarios: sampling, mergeable summaries, executors, and what they say about uncertainty."""
