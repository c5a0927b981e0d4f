"""Total readers of printed text: a number, unit, period or name comes out, or a reason why none does; never a guess."""
