"""Questions put to the model backwards and sideways: solve, bottlenecks, attribution of a difference."""
