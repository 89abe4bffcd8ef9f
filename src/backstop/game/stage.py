"""How payoff shocks are read."""

from backstop.game.choice import Information as Information
