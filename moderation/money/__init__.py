"""Money: fees, the books, statements and payouts."""
