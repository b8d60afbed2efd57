"""Who there is: agencies, brands, people, twins, shoots, and what a brand sees of them."""
