"""How a program gets a token, and what every endpoint for programs stands on."""
