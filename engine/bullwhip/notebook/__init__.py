"""What a notebook shows: answers as tables, the chain map, and sliders."""
