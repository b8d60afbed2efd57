"""What is ordered of a painter: a picture or a part of one, and the recipe that repaints it."""
