"""A second recomputation of the printed figures: plain fractions over the fact tables, no code of the engine."""
